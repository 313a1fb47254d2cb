/** The machine's clock and what is known to be past, in seconds since the epoch. */
export interface ClockReading {
  readonly now: number;
  /**
   * The newest verified signed `iat` (or the build time), carried forward by boot-time; never taken from the
   * local clock, so that one wrong boot poisons nothing.
   */
  readonly floor: number;
}

/** How far the clock may be behind the floor: two honest machines disagree by this much. */
export const CLOCK_FLOOR_TOLERANCE_SECONDS = 300;

/** The clock with one more time that is known to be past, because a verified signature says so. */
export function knownPast(clock: ClockReading, signedAt: number): ClockReading {
  return signedAt > clock.floor ? { now: clock.now, floor: signedAt } : clock;
}

export function isClockBehind(clock: ClockReading): boolean {
  // Said this way round, a clock that is not a number is behind.
  return !(clock.now >= clock.floor - CLOCK_FLOOR_TOLERANCE_SECONDS);
}

/** The earliest the true time can be. Expiry is judged by it: a clock a little behind gives no extra minutes. */
export function earliestNow(clock: ClockReading): number {
  return Math.max(clock.now, clock.floor);
}

/** RFC 7519 section 4.1.4: not accepted "on or after" the expiration time. */
export function isExpired(expiresAt: number, clock: ClockReading): boolean {
  return !(earliestNow(clock) < expiresAt);
}

/** A signed time for people. Total: a signature vouches for who said it, not for its being a date. */
export function formatTime(epochSeconds: number): string {
  const date = new Date(epochSeconds * 1000);
  if (Number.isNaN(date.getTime())) return `${epochSeconds} seconds since 1970`;
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
