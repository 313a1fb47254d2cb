import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

const FETCH_AGAIN = 'Look at the case again with `sanad-gateway case show` and sign a new statement.';

export const caseProblems = {
  registration_unknown: row(
    'There is no such registration for this key.',
    'Check the registration’s identifier, and that the device which submitted it is asking.',
  ),
  profile_unknown: row(
    'The gateway does not know this authority profile.',
    'Choose a profile that the gateway offers: `sanad profile list`.',
  ),
  profile_superseded: row(
    'There is a newer version of this authority’s rules, and new registrations follow it.',
    'Fetch it with `sanad profile update`, look through what it asks for and submit under it.',
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
  question_missing: row('The statement asks nothing.', 'Write the question: --question TEXT'),
  amendment_open: row(
    'An amendment of this registration is under way already.',
    'Wait for it, fetch its certificate, or withdraw it; then amend.',
  ),
  withdrawal_differs: row(
    'The signed withdrawal is about another registration, or of another device.',
    'Sign it for this registration with the key that signs the request.',
  ),
  withdrawal_not_fresh: row(
    'The withdrawal was signed too long ago, or in the future.',
    'Set the clock by server_time and sign it anew.',
  ),
  document_kind_unknown: row(
    'The authority profile has no place for such a document in this application.',
    'Choose one of the kinds named.',
  ),
  document_unknown: row(
    'There is no such document in this registration.',
    'Look at the registration’s list of documents.',
  ),
  document_type_refused: row(
    'The document is not of a type that is taken here, or not what it is said to be.',
    'Send a PDF, JPEG or PNG file as it came from scanner or camera.',
  ),
  document_too_large: row(
    'The document is larger than it may be.',
    'Scan it again in fewer colours or at a lower resolution.',
  ),
  documents_too_many: row(
    'The registration has as many documents as it may have, or as large ones together.',
    'Remove a document first, or send smaller ones.',
  ),
  upload_unknown: row('There is no such upload in this registration, or not any more.', 'Begin it anew.'),
  upload_offset_wrong: row(
    'The part does not begin where the parts before it end.',
    'Begin the same upload again: it tells where it goes on.',
  ),
  upload_incomplete: row(
    'The upload has not all its parts yet.',
    'Begin the same upload again: it tells where it goes on.',
  ),
  upload_part_refused: row(
    'A part has 16 to 256 KiB, the last one may have less, and none reaches past the end.',
    'Send parts of that size.',
  ),
  upload_differs: row(
    'The parts together are not the document that was announced; they were destroyed.',
    'Begin it anew.',
  ),
  document_damaged: row(
    'The document cannot be read from the gateway’s disk.',
    'Tell the gateway’s operator; the registrant can send it again.',
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
