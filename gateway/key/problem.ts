import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

export const keyProblems = {
  key_file_unreadable: {
    kind: 'usage',
    reason: 'The key file cannot be read.',
    nextAction: 'Name a key file made by `sanad-gateway init` that this user may read.',
  },
  key_file_exposed: {
    kind: 'permission',
    reason: 'The key file may be read by others than its owner.',
    nextAction: 'Run `chmod 600` on the key file; if others could have read it, replace the key.',
  },
  master_key_malformed: {
    kind: 'usage',
    reason: 'The file does not hold the key of this gateway’s documents.',
    nextAction: 'Restore document.key.json from a backup: without it no document can be read.',
  },
  key_file_malformed: {
    kind: 'usage',
    reason: 'The file is not an Ed25519 private key as JWK.',
    nextAction: 'Name a key file made by `sanad-gateway init`.',
  },
} as const satisfies ProblemCatalogue<string>;

/** Refuses a key file. */
export function keyError(code: keyof typeof keyProblems, cause?: unknown): SanadError {
  return new SanadError(problemFrom(keyProblems, code), { cause });
}
