/** Two clocks: one that may be wrong, and one that only ever goes forward. */
export interface Clock {
  /** Wall clock, whole seconds since the epoch. */
  now(): number;
  /** Seconds since the machine was started, sleep included. */
  sinceBoot(): number;
}
