import { problemFrom, SanadError, type ProblemCatalogue } from '../../contract/problem.ts';

const KEEP = 'The profile that is there stays in force; tell its maintainer.';

export const profileProblems = {
  profile_malformed: row('An authority profile cannot be read.', KEEP),
  profile_format_unknown: row(
    'An authority profile is written for a newer Sanad.',
    'Update Sanad; until then the profile that is there stays in force.',
  ),
  profile_feature_unknown: row(
    'An authority profile asks for something that this Sanad cannot judge.',
    'Update Sanad; until then the profile that is there stays in force.',
  ),
} as const satisfies ProblemCatalogue<string>;

export type ProfileProblemCode = keyof typeof profileProblems;

export function profileError(code: ProfileProblemCode, detail?: string, cause?: unknown): SanadError {
  return new SanadError(problemFrom(profileProblems, code, detail), { cause });
}

function row(reason: string, nextAction: string) {
  return { kind: 'usage', reason, nextAction } as const;
}
