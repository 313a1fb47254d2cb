import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

const SIGN_ANEW = 'Sign the statement anew with `sanad-gateway case`.';

export const issuerProblems = {
  request_malformed_by_gateway: row(
    'The issuer does not know this request.',
    'Run gateway and issuer of one version.',
  ),
  statement_malformed: row('The reviewer’s statement is not one.', SIGN_ANEW),
  statement_reviewer_unknown: row(
    'The statement is signed with a key that is not a reviewer’s.',
    'Sign with a key that this gateway lists as a reviewer’s.',
  ),
  statement_signature_invalid: row('The statement was changed after it was signed, or forged.', SIGN_ANEW),
  statement_issuer_differs: row('The statement was made for another gateway.', SIGN_ANEW),
  statement_action_differs: row('The statement does not say what is asked for.', SIGN_ANEW),
  statement_incomplete: row('The statement does not say what exactly is attested.', SIGN_ANEW),
  device_not_attested: row(
    'The attestation does not list this device.',
    'Have a reviewer attest the registration with this device.',
  ),
  assurance_not_offered: row('This gateway’s keys may not give this assurance.', SIGN_ANEW),
  certificate_not_issuable: row(
    'No certificate can be made of this statement.',
    'Have the registration submitted and attested anew.',
  ),
  decision_lapsed: row(
    'The authority’s decision was valid until a day that has passed.',
    'Submit a new registration.',
  ),
  registration_revoked: row(
    'The registration is revoked, rejected or withdrawn, for good.',
    'Submit a new registration.',
  ),
  registration_suspended: row(
    'The registration, or the one it amends, is suspended.',
    'Ask the gateway’s operator; a reviewer can reinstate it.',
  ),
  registration_ended: row(
    'Another registration has taken the place of this one.',
    'Use the amended registration and its certificate.',
  ),
  amended_unrelated: row(
    'The statement amends a registration that has no device in common with it.',
    'Look at the case again with `sanad-gateway case show`; have it submitted as a new one.',
  ),
  withdrawal_malformed: row('The signed withdrawal is not one.', 'Sign it anew: sanad registration withdraw'),
  statement_stale: row('What was signed was signed too long ago to be noted by the issuer.', SIGN_ANEW),
  statement_superseded: row('The issuer has noted a newer statement about this registration.', SIGN_ANEW),
  attestation_not_noted: row(
    'The issuer was not shown this attestation when it was signed.',
    'Submit a new registration, and tell the gateway’s operator.',
  ),
  status_indices_exhausted: row(
    'The status list is full.',
    'Tell the gateway’s operator that a new status list is needed.',
  ),
  checkpoint_behind: row(
    'The issuer has signed a later checkpoint than the gateway’s database knows of: the database is an older one.',
    'Find out why; after restoring a backup, run `sanad-gateway restore` to note it.',
  ),
  issuer_unavailable: row(
    'The issuer does not answer.',
    'Try again in a minute; if it stays, tell the gateway’s operator.',
  ),
  issuer_running: row(
    'Another issuer is running on this directory.',
    'End it first: two issuers would publish two truths.',
  ),
  issuer_failed: row('The issuer failed.', 'Tell the gateway’s operator; the issuer’s log says more.'),
} as const satisfies ProblemCatalogue<string>;

export type IssuerProblemCode = keyof typeof issuerProblems;

/** Refuses what was asked of the issuer. */
export function issuerError(
  code: IssuerProblemCode,
  options: { readonly detail?: string; readonly cause?: unknown } = {},
): SanadError {
  return new SanadError(problemFrom(issuerProblems, code, options.detail), { cause: options.cause });
}

function row(reason: string, nextAction: string) {
  return { kind: 'gateway', reason, nextAction } as const;
}
