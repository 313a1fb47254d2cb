import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

const registrationProblems = {
  registration_unknown_here: {
    kind: 'usage',
    reason: 'There is no registration of that tunnel or identifier on this computer.',
    nextAction: 'Register the tunnel: sanad register NAME',
  },
  consent_missing: {
    kind: 'usage',
    reason: 'Nothing was sent, because you did not consent.',
    nextAction: 'Read what is sent and to whom, then answer yes or add --consent.',
  },
} as const satisfies ProblemCatalogue<string>;

export function registrationError(code: keyof typeof registrationProblems): SanadError {
  return new SanadError(problemFrom(registrationProblems, code));
}
