import type { IssuerPort } from '../issuer/client.ts';
import type { Log } from '../log/log.ts';
import { lastSignedCheckpoint } from '../storage/checkpoint-store.ts';
import type { Connection } from '../storage/database.ts';
import { asStorageProblem } from '../storage/problem.ts';
import { makeCheckpoint } from './make-checkpoint.ts';

export interface CheckpointParts {
  readonly database: Connection;
  readonly issuer: IssuerPort;
  readonly log: Log;
  readonly everySeconds: number;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** Has checkpoints made at regular times, and keeps the newest at hand, whichever front end had it made. */
export class CheckpointPublisher {
  readonly #parts: CheckpointParts;
  #text: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(parts: CheckpointParts) {
    this.#parts = parts;
  }

  /** As signed; undefined before there was one. */
  get text(): string | undefined {
    return this.#text;
  }

  /** Makes the next where there is something new, and plans the time after it. Never fails: it says so and goes on. */
  async run(): Promise<void> {
    const { database, issuer, log, everySeconds, now } = this.#parts;
    clearTimeout(this.#timer);
    try {
      await makeCheckpoint(database, { issuer, now: now() });
      this.#text = await lastSignedCheckpoint(database);
    } catch (error) {
      log({ event: 'trouble', at: 'checkpoint', error: asStorageProblem(error) });
    }
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => void this.run(), everySeconds * 1000).unref();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }
}
