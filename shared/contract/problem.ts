/**
 * What a person is told when something does not work. One shape for every process: a stable code that
 * programs test, a sentence that people read, and the one thing to do next.
 */
export interface Problem {
  /** Which family of trouble this is. The command line's exit code follows from it alone. */
  readonly kind: ProblemKind;
  /** Stable, snake_case; never reused for another meaning. */
  readonly code: string;
  /** One sentence: what was found. Holds no secret and no path a caller chose. */
  readonly reason: string;
  /** One imperative sentence: what to do next. */
  readonly nextAction: string;
}

export type ProblemKind =
  'usage' | 'daemon' | 'registration' | 'gateway' | 'keychain' | 'permission' | 'internal';

/** A Problem on its way up. Rendered only at the edge (socket, HTTP, terminal). */
export class SanadError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: { readonly cause?: unknown }) {
    super(`${problem.code}: ${problem.reason}`, options);
    this.name = 'SanadError';
    this.problem = problem;
  }
}

type CatalogueRow = Omit<Problem, 'code'>;

/** A catalogue of problems: code to {kind, reason, nextAction}. Each module owns one. */
export type ProblemCatalogue<Code extends string> = Readonly<Record<Code, CatalogueRow>>;

/**
 * Looks a problem up. `detail` is appended to the reason in the finder's own words and must hold no secret.
 */
export function problemFrom<Code extends string>(
  catalogue: ProblemCatalogue<Code>,
  code: Code,
  detail?: string,
): Problem & { readonly code: Code } {
  const row = catalogue[code];
  return { ...row, code, reason: detail === undefined ? row.reason : `${row.reason} (${detail})` };
}
