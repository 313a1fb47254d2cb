import type { Clock } from '../port/clock.ts';
import type { Random } from '../port/random.ts';

const NONCE_BYTES = 24;
const NONCE_LIFETIME_SECONDS = 60;

/** The question that one connection may answer: the newest, once, within a minute. */
export class Nonces {
  readonly #clock: Clock;
  readonly #random: Random;
  #open: { readonly nonce: string; readonly until: number } | null = null;

  constructor({ clock, random }: { readonly clock: Clock; readonly random: Random }) {
    this.#clock = clock;
    this.#random = random;
  }

  ask(): string {
    const nonce = this.#random.token(NONCE_BYTES);
    this.#open = { nonce, until: this.#clock.sinceBoot() + NONCE_LIFETIME_SECONDS };
    return nonce;
  }

  /** Whatever comes of the answer, the question is gone. */
  take(): string | undefined {
    const open = this.#open;
    this.#open = null;
    return open !== null && this.#clock.sinceBoot() < open.until ? open.nonce : undefined;
  }
}
