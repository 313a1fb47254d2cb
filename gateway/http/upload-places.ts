import { httpError } from './problem.ts';

/** How many may be sending at once: each holds memory, and a connection for as long as its line is slow. */
export class UploadPlaces {
  readonly #inAll: number;
  readonly #ofKey: number;
  readonly #running: string[] = [];

  constructor({ inAll, ofKey }: { readonly inAll: number; readonly ofKey: number }) {
    this.#inAll = inAll;
    this.#ofKey = ofKey;
  }

  /** Gives back what leaves again. */
  enter(key: string): () => void {
    const ofKey = this.#running.filter((one) => one === key).length;
    if (this.#running.length >= this.#inAll || ofKey >= this.#ofKey) throw httpError('too_many_uploads');
    this.#running.push(key);
    return () => {
      this.#running.splice(this.#running.indexOf(key), 1);
    };
  }
}
