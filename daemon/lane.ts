/** Work on one thing, one piece at a time, in the order given, whether the piece before worked or not. */
export class Lane {
  #last: Promise<unknown> = Promise.resolve();
  #unfinished = 0;

  /** Begins at once where nothing is under way: an open firewall does not wait for whoever listens to changes. */
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = this.#unfinished === 0 ? null : this.#last;
    const { promise: finished, resolve } = Promise.withResolvers<undefined>();
    // Before the work begins: it may give more, which comes after it.
    this.#last = finished;
    this.#unfinished += 1;
    const next = before === null ? begin(work) : before.then(work);
    const finish = (): void => {
      this.#unfinished -= 1;
      resolve(undefined);
    };
    // Whoever gave the work hears of its failure.
    next.then(finish, finish);
    return next;
  }

  /** Resolves when all that was given so far is done. */
  async idle(): Promise<void> {
    await this.#last;
  }
}

/** What throws at once fails like everything else. */
async function begin<Result>(work: () => Promise<Result>): Promise<Result> {
  return await work();
}
