import {
  MAX_STATUS_LIST_LIFETIME_SECONDS,
  STATUS_LIST_TYPE,
  type StatusListClaims,
} from '#shared/registration/status-list.ts';
import type { SigningKey } from '../key/key-file.ts';
import { signJws } from '../key/sign-jws.ts';
import { encodeStatusList } from '../status/encode-status-list.ts';
import type { IssuerConfiguration } from './configuration.ts';
import type { IssuerAnswer } from './protocol.ts';
import { STATUS_LIST_SIZE, type IssuerStore } from './store.ts';

/** Waiting this long for the next second is better than an `iat` in the future. */
const LONGEST_WAIT_SECONDS = 2;
/**
 * How long a certificate still counts when the same device was given a newer one: the answer may have been lost on its
 * way, and the device has to find a moment to ask again.
 */
export const SUPERSEDED_SECONDS = 86_400;

export interface StatusListSignerParts {
  readonly configuration: IssuerConfiguration;
  readonly statusKey: SigningKey;
  readonly store: IssuerStore;
  readonly ttlSeconds: number;
  /** Seconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Signs the status list: anew at each change and when half its ttl has passed, else the same again. */
export class StatusListSigner {
  readonly #parts: StatusListSignerParts;
  /** One at a time: two lists signed side by side could carry one `iat`. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(parts: StatusListSignerParts) {
    this.#parts = parts;
  }

  current(): Promise<IssuerAnswer<'statusList'>> {
    const result = this.#queue.then(() => this.#currentOrNew());
    // The caller gets the failure; the next in the queue only needs this one to be over.
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #currentOrNew(): Promise<IssuerAnswer<'statusList'>> {
    const { store, ttlSeconds, now } = this.#parts;
    store.revokeSuperseded(now() - SUPERSEDED_SECONDS);
    const published = store.published();
    const isFresh = published !== undefined && now() - published.issuedAt < ttlSeconds / 2;
    if (isFresh && published.isCurrent) {
      return { list: published.text, issuedAt: published.issuedAt, ttlSeconds };
    }
    const issuedAt = await this.#nextIssuedAt(published?.issuedAt);
    const changesBefore = store.changes;
    const list = await this.#sign(issuedAt);
    store.publish({ text: list, issuedAt, isCurrent: store.changes === changesBefore });
    return { list, issuedAt, ttlSeconds };
  }

  /** Strictly increasing, whatever the clock does: clients discard a list that is not newer than theirs. */
  async #nextIssuedAt(last: number | undefined): Promise<number> {
    const { now, sleep } = this.#parts;
    if (last === undefined || now() > last) return now();
    const next = last + 1;
    for (let waited = 0; now() < next && next - now() <= LONGEST_WAIT_SECONDS && waited < 40; waited++) {
      await sleep(50);
    }
    return Math.max(next, now());
  }

  #sign(issuedAt: number): Promise<string> {
    const { configuration, statusKey, store, ttlSeconds } = this.#parts;
    const claims: StatusListClaims = {
      iss: configuration.origin,
      sub: configuration.status_list_uri,
      iat: issuedAt,
      exp: issuedAt + MAX_STATUS_LIST_LIFETIME_SECONDS,
      ttl: ttlSeconds,
      status_list: { bits: 2, lst: encodeStatusList(STATUS_LIST_SIZE, store.statuses()) },
    };
    return signJws({ typ: STATUS_LIST_TYPE, claims, key: statusKey });
  }
}
