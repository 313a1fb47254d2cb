import { problemFrom, type Problem, type ProblemCatalogue } from '#shared/contract/problem.ts';

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
} as const satisfies ProblemCatalogue<string>;

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
