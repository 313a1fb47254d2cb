import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

const FETCH_AGAIN = 'Look at the case again with `sanad-gateway case show` and sign a new statement.';

export const caseProblems = {
  registration_unknown: row(
    'There is no such registration for this key.',
    'Check the registration’s identifier, and that the device which submitted it is asking.',
  ),
  profile_unknown: row(
    'The gateway does not know this authority profile.',
    'Choose a profile that the gateway offers, such as pk-pta@1.',
  ),
  submission_incomplete: row(
    'The submission does not satisfy the authority profile.',
    'Fill in or correct the fields named and submit again.',
  ),
  endpoint_not_canonical: row(
    'An endpoint is not written in its canonical form.',
    'Import the WireGuard configuration anew and submit again.',
  ),
  state_conflict: row(
    'The registration’s state does not allow this.',
    'Look at the registration’s present state and decide anew.',
  ),
  not_attested: row(
    'The registration is not attested, so there is no certificate for it.',
    'Wait for the decision; `sanad registration show` follows it.',
  ),
  statement_registration_differs: row('The signed statement is about another registration.', FETCH_AGAIN),
  statement_signer_differs: row(
    'The statement is signed with another key than the request.',
    'Sign the statement and the request with the same reviewer key.',
  ),
  statement_not_fresh: row(
    'The statement was signed too long ago, or in the future.',
    'Set the clock and sign the statement anew.',
  ),
  statement_case_differs: row('The statement attests something else than the case contains.', FETCH_AGAIN),
} as const satisfies ProblemCatalogue<string>;

export type CaseProblemCode = keyof typeof caseProblems;

/** Ends the request with a problem of this catalogue. */
export function caseError(code: CaseProblemCode, detail?: string): SanadError {
  return new SanadError(problemFrom(caseProblems, code, detail));
}

/** A submission that its profile does not accept, with what exactly is wrong for programs to show. */
export class SubmissionError extends SanadError {
  readonly missing: readonly string[];
  readonly invalid: readonly { readonly field: string; readonly reason: string }[];

  constructor(faults: Pick<SubmissionError, 'missing' | 'invalid'>) {
    const parts = [
      ...faults.missing.map((field) => `${field} is missing`),
      ...faults.invalid.map(({ field, reason }) => `${field}: ${reason}`),
    ];
    super(problemFrom(caseProblems, 'submission_incomplete', parts.join('; ').slice(0, 1500)));
    this.missing = faults.missing;
    this.invalid = faults.invalid;
  }
}

function row(reason: string, nextAction: string) {
  return { kind: 'gateway', reason, nextAction } as const;
}
