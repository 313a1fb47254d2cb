/** YYYY-MM-DD in UTC, whoever reads it and wherever: for what is signed, printed or kept. Decisions are made on days, and kept as days in UTC. Seconds since the epoch. */
export function utcDay(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().slice(0, 10);
}
