import type { Problem } from '#shared/contract/problem.ts';

type WarningSource = 'anchors' | 'device' | 'fetcher' | 'firewall' | 'memory' | 'policy' | 'disk';

/** What works less well than it should, by where it comes from; shown with every status. */
export class Warnings {
  readonly #problems = new Map<WarningSource, Problem>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** null: it is well again. */
  set(source: WarningSource, problem: Problem | null): void {
    const before = this.#problems.get(source);
    if (before?.code === problem?.code && before?.reason === problem?.reason) return;
    if (problem === null) this.#problems.delete(source);
    else this.#problems.set(source, problem);
    this.#onChange();
  }

  list(): readonly Problem[] {
    return [...this.#problems.values()];
  }
}
