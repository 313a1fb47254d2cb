import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

const problems = {
  profile_not_here: {
    kind: 'usage',
    reason: 'The rules of that authority, in that version, are not on this computer.',
    nextAction: 'See which ones are with `sanad profile list`, or fetch them with `sanad profile update`.',
  },
} as const satisfies ProblemCatalogue<string>;

export function profileNotHere(named: string): SanadError {
  return new SanadError(problemFrom(problems, 'profile_not_here', named));
}
