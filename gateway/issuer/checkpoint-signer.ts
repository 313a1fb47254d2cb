import {
  CHECKPOINT_START,
  CHECKPOINT_TYPE,
  checkpointHash,
  type CheckpointClaims,
} from '../checkpoint/checkpoint.ts';
import type { SigningKey } from '../key/key-file.ts';
import { signJws } from '../key/sign-jws.ts';
import type { IssuerConfiguration } from './configuration.ts';
import { issuerError } from './problem.ts';
import type { IssuerAnswer, IssuerParameters } from './protocol.ts';
import type { IssuerStore } from './store.ts';

export interface CheckpointSignerParts {
  readonly configuration: Pick<IssuerConfiguration, 'origin'>;
  readonly statusKey: SigningKey;
  readonly store: Pick<IssuerStore, 'checkpoint' | 'keepCheckpoint'>;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/**
 * Signs checkpoints, each number once: who has taken over the gateway's database cannot have an earlier state signed in
 * the place of a later one.
 */
export class CheckpointSigner {
  readonly #parts: CheckpointSignerParts;
  /** One at a time: two signed side by side would both follow the same one. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(parts: CheckpointSignerParts) {
    this.#parts = parts;
  }

  sign(wanted: IssuerParameters<'checkpoint'>): Promise<IssuerAnswer<'checkpoint'>> {
    const result = this.#queue.then(() => this.#signNext(wanted));
    // The caller gets the failure; the next in the queue only needs this one to be over.
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #signNext({ number, root }: IssuerParameters<'checkpoint'>): Promise<IssuerAnswer<'checkpoint'>> {
    const { configuration, statusKey, store, now } = this.#parts;
    const last = store.checkpoint();
    // The answer was lost, and is asked for again.
    if (last?.number === number && last.root === root) return { checkpoint: last.text };
    if (last !== undefined && number <= last.number) {
      throw issuerError('checkpoint_behind', { detail: `${number} after ${last.number}` });
    }
    const claims: CheckpointClaims = {
      ver: 1,
      iss: configuration.origin,
      iat: Math.max(now(), (last?.issuedAt ?? 0) + 1),
      number,
      root,
      previous: last === undefined ? CHECKPOINT_START : checkpointHash(last.text),
    };
    const text = await signJws({ typ: CHECKPOINT_TYPE, claims, key: statusKey });
    store.keepCheckpoint({ number, root, issuedAt: claims.iat, text });
    return { checkpoint: text };
  }
}
