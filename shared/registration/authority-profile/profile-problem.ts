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
  profile_too_large: row('An authority profile is larger than a profile can be.', KEEP),
  profile_signature_invalid: row('An authority profile was changed after it was signed, or forged.', KEEP),
  profile_key_not_allowed: row('An authority profile is signed with a key that may not sign it.', KEEP),
  profile_issuer_wrong: row('An authority profile speaks for another gateway.', KEEP),
  profile_older: row(
    'An authority profile is older than the one that is known.',
    'Ask for it again later; the profile that is there stays in force.',
  ),
  profile_conflict: row('There are two different authority profiles of the same version.', KEEP),
  profile_too_many: row('A gateway offers more authority profiles than are kept of one gateway.', KEEP),
} as const satisfies ProblemCatalogue<string>;

export type ProfileProblemCode = keyof typeof profileProblems;

export function profileError(code: ProfileProblemCode, detail?: string, cause?: unknown): SanadError {
  return new SanadError(problemFrom(profileProblems, code, detail), { cause });
}

function row(reason: string, nextAction: string) {
  return { kind: 'usage', reason, nextAction } as const;
}
