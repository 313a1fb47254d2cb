import type { Problem } from '#shared/contract/problem.ts';
import type { SignedFileKind, StateStore } from '../port/state-store.ts';
import { describeCause, type Log } from './log.ts';
import { problemOf } from './service-problem.ts';

export interface SignedFile {
  readonly kind: SignedFileKind;
  readonly name: string;
  readonly text: string;
}

interface SignedFilesOptions {
  readonly store: StateStore;
  readonly log: Log;
  /** null: everything is on disk. */
  readonly onDisk: (problem: Problem | null) => void;
}

/**
 * Brings signed files to disk. What the disk does not take (it is full) is kept and tried again whenever there is
 * something to save or something was looked at anew: after a restart an older list would be in its place.
 */
export class SignedFiles {
  readonly #options: SignedFilesOptions;
  /** By kind and name: a newer one takes the place of an older. */
  readonly #waiting = new Map<string, SignedFile>();

  constructor(options: SignedFilesOptions) {
    this.#options = options;
  }

  async save(file: SignedFile): Promise<void> {
    this.#waiting.set(`${file.kind} ${file.name}`, file);
    await this.saveRest();
  }

  async saveRest(): Promise<void> {
    if (this.#waiting.size === 0) return;
    const outcomes = await Promise.all([...this.#waiting].map(([key, file]) => this.#write(key, file)));
    this.#options.onDisk(outcomes.find((problem) => problem !== null) ?? null);
  }

  async #write(key: string, file: SignedFile): Promise<Problem | null> {
    const { store, log } = this.#options;
    try {
      await store.writeSignedFile(file.kind, file.name, file.text);
      // A newer one may have come meanwhile; it is not on disk yet.
      if (this.#waiting.get(key) === file) this.#waiting.delete(key);
      return null;
    } catch (cause) {
      log({ event: 'signedFileNotStored', kind: file.kind, ...describeCause(cause) });
      return problemOf(cause);
    }
  }
}
