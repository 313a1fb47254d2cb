import { problemFrom, SanadError, type Problem, type ProblemCatalogue } from '#shared/contract/problem.ts';

const policyProblems = {
  policy_invalid: {
    kind: 'usage',
    reason: 'A policy is not valid.',
    nextAction: 'Correct what is named, then check it again.',
  },
  policy_unknown: {
    kind: 'daemon',
    reason:
      'A policy file is not valid, and only the service, which does not run, knows what it uses instead.',
    nextAction: 'See what is wrong with the file: sanad policy validate',
  },
  assurance_forbidden: {
    kind: 'permission',
    reason: 'Another policy file, which has the last word, does not allow that, so nothing was changed.',
    nextAction: 'Ask whoever manages the policy of this computer to change that file.',
  },
  assurance_overruled: {
    kind: 'permission',
    reason: 'It was recorded, but another policy file, which has the last word, does not allow it.',
    nextAction: 'Ask whoever manages the policy of this computer to change that file.',
  },
  assurance_still_accepted: {
    kind: 'permission',
    reason: 'Another policy file accepts it all the same, so it stays accepted.',
    nextAction: 'Take it out of that file, or have whoever manages the policy of this computer do it.',
  },
} as const satisfies ProblemCatalogue<string>;

/** `detail`: the file and its key. */
export function policyError(
  code: 'assurance_forbidden' | 'assurance_overruled' | 'assurance_still_accepted',
  detail: string | undefined,
): SanadError {
  return new SanadError(problemFrom(policyProblems, code, detail));
}

/** `isInForce`: of this machine, and not a draft. */
export function policyInvalid(faults: number, { isInForce }: { readonly isInForce: boolean }): Problem {
  const problem = problemFrom(
    policyProblems,
    'policy_invalid',
    faults === 1 ? 'one fault' : `${faults} faults`,
  );
  if (!isInForce) return problem;
  const nextAction = 'Correct what is named; until then the last valid policy counts, or the strictest.';
  return { ...problem, nextAction };
}

export function policyUnknown(): Problem {
  return problemFrom(policyProblems, 'policy_unknown');
}
