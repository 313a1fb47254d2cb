import type { ClockReading } from '#shared/registration/clock.ts';
import type { Clock } from '../port/clock.ts';

/**
 * The machine's clock beside what is known to be past: the newest verified signed time, or the build's, carried
 * forward by the time since boot, which nobody can set. The local clock never raises it.
 */
export class FloorClock {
  readonly #clock: Clock;
  #signedAt: number;
  #learntAt: number;

  constructor(options: { readonly clock: Clock; readonly builtAt: number; readonly storedFloor: number }) {
    this.#clock = options.clock;
    this.#signedAt = Math.max(options.builtAt, options.storedFloor);
    this.#learntAt = options.clock.sinceBoot();
  }

  /** The newest signed time itself: what is kept on disk. */
  get signedAt(): number {
    return this.#signedAt;
  }

  read(): ClockReading {
    return { now: this.#clock.now(), floor: this.#floor() };
  }

  /** A verified signature says that this time is past. True when that is news. */
  learn(signedAt: number): boolean {
    if (signedAt <= this.#floor()) return false;
    this.#signedAt = signedAt;
    this.#learntAt = this.#clock.sinceBoot();
    return true;
  }

  #floor(): number {
    return this.#signedAt + Math.floor(this.#clock.sinceBoot() - this.#learntAt);
  }
}
