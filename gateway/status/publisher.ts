import type { IssuerPort } from '../issuer/client.ts';
import type { Log } from '../log/log.ts';

const RETRY_SECONDS = 5;
const SHORTEST_PAUSE_SECONDS = 1;
/** Another front end may have had something revoked: no list of this one is older than that. */
const LONGEST_PAUSE_SECONDS = 5;

/** Keeps the current status list at hand, so that any number of readers cost the issuer nothing. */
export class StatusPublisher {
  readonly #issuer: IssuerPort;
  readonly #log: Log;
  #list: string | undefined;
  #issuedAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(issuer: IssuerPort, log: Log) {
    this.#issuer = issuer;
    this.#log = log;
  }

  /** Of that list, in seconds since the epoch; 0 before there was one. */
  get issuedAt(): number {
    return this.#issuedAt;
  }

  /** The list last got from the issuer; undefined before there was one. */
  get list(): string | undefined {
    return this.#list;
  }

  /**
   * Gets the issuer's list and plans the next time. False where the issuer did not answer: the list at hand
   * stays, since an old list is better than none, and it is asked again soon.
   */
  async refresh(): Promise<boolean> {
    clearTimeout(this.#timer);
    try {
      const { list, issuedAt, ttlSeconds } = await this.#issuer.ask('statusList', {});
      // Two refreshes may overtake each other.
      if (issuedAt >= this.#issuedAt) [this.#list, this.#issuedAt] = [list, issuedAt];
      this.#plan(Math.min(Math.max(ttlSeconds / 2, SHORTEST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS));
      return true;
    } catch (error) {
      this.#log({ event: 'trouble', at: 'status_list', error });
      this.#plan(RETRY_SECONDS);
      return false;
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #plan(seconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh(), seconds * 1000);
    this.#timer.unref();
  }
}
