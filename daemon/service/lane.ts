/** Work on one thing, one piece at a time, in the order given, whether the piece before worked or not. */
export class Lane {
  #last: Promise<unknown> = Promise.resolve();

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    const next = this.#last.then(work, work);
    this.#last = next;
    return next;
  }

  /** Resolves when all that was given so far is done. */
  async idle(): Promise<void> {
    await this.#last.catch(() => undefined); // whoever gave the work hears of its failure
  }
}
