import type { ProblemDocument } from '#shared/contract/gateway-contract.ts';
import { problemFrom, SanadError, type Problem, type ProblemCatalogue } from '#shared/contract/problem.ts';
import { SubmissionError, type CaseProblemCode } from '../case/problem.ts';
import type { IssuerProblemCode } from '../issuer/problem.ts';
import type { StorageProblemCode } from '../storage/problem.ts';

const SIGN_AGAIN = 'Sign the request anew and send it again.';
const CHECK_CLIENT = 'Update the client; it sent something this gateway does not understand.';

const httpProblems = {
  route_unknown: row('There is no such address here.', CHECK_CLIENT),
  request_malformed: row('This is not a request that HTTP allows here.', CHECK_CLIENT),
  request_timeout: row(
    'The request did not arrive whole in time.',
    'Send it again over a better connection.',
  ),
  body_too_large: row('The body is larger than this gateway takes.', 'Send less at once.'),
  body_malformed: row('The body is not JSON with each member once.', CHECK_CLIENT),
  body_invalid: row('The body does not have the form that this address asks for.', CHECK_CLIENT),
  content_type_wrong: row('The body is not application/json.', CHECK_CLIENT),
  content_digest_wrong: row('The body is not the one that its digest names.', SIGN_AGAIN),
  idempotency_key_malformed: row('The Idempotency-Key is missing or has another form.', CHECK_CLIENT),
  idempotency_key_reused: row(
    'This Idempotency-Key was used for another request.',
    'Send the new request under a new key.',
  ),
  signature_missing: row('The request is not signed.', 'Sign the request (RFC 9421) with a device key.'),
  signature_malformed: row('The signature’s fields are not what this gateway asks for.', CHECK_CLIENT),
  signature_invalid: row(
    'The signature does not fit the request: it, its address or its key were changed.',
    SIGN_AGAIN,
  ),
  signature_time_wrong: row(
    'The request was signed more than five minutes ago, or in the future.',
    'Set the clock by server_time and sign anew.',
  ),
  signing_key_unknown: row(
    'The request is signed with a key that is not known here.',
    'Sign with the key that submitted the registration, or with a reviewer’s key.',
  ),
  nonce_replayed: row('The request was received before.', SIGN_AGAIN),
  too_many_submissions: row(
    'Too many registrations were submitted from this address.',
    'Wait an hour and submit again; nothing of this one was taken.',
  ),
  too_many_requests: row(
    'Too many requests come from this address, or with this key.',
    'Wait a minute and go on more slowly; nothing of this one was taken.',
  ),
  length_required: row('The document’s length is not announced.', 'Send it with a Content-Length.'),
  too_many_uploads: row(
    'Too many documents are being sent at this moment.',
    'Send this one again when the others have arrived.',
  ),
  too_many_streams: row(
    'Too many streams of events are open, of this key or in all.',
    'Close one of them, or ask again in a minute.',
  ),
  public_address_unknown: row(
    'This gateway cannot see where requests come from.',
    'Tell its operator: serve --client-address-header names the header of the proxy in front.',
  ),
  profile_not_offered: row(
    'This gateway offers no such profile.',
    'See what it offers: `sanad profile list`.',
  ),
  status_list_unavailable: row('There is no status list yet.', 'Try again in a minute.'),
  checkpoint_unavailable: row('There is no checkpoint yet.', 'Try again in a few minutes.'),
  internal_error: row('The gateway failed.', 'Try again; if it stays, tell the gateway’s operator.'),
} as const satisfies ProblemCatalogue<string>;

type HttpProblemCode = keyof typeof httpProblems;

/** Ends the request with a problem of this catalogue. */
export function httpError(code: HttpProblemCode, detail?: string): SanadError {
  return new SanadError(problemFrom(httpProblems, code, detail));
}

type KnownCode = HttpProblemCode | CaseProblemCode | IssuerProblemCode | StorageProblemCode;

/** RFC 9110 status codes, for every problem a request can end with. A new code does not compile without. */
export const problemStatuses: Readonly<Record<KnownCode, number>> = {
  route_unknown: 404,
  request_malformed: 400,
  request_timeout: 408,
  body_too_large: 413,
  body_malformed: 400,
  body_invalid: 422,
  content_type_wrong: 415,
  content_digest_wrong: 400,
  idempotency_key_malformed: 400,
  idempotency_key_reused: 422,
  signature_missing: 401,
  signature_malformed: 401,
  signature_invalid: 401,
  signature_time_wrong: 401,
  signing_key_unknown: 401,
  nonce_replayed: 401,
  // RFC 6585 section 4.
  too_many_submissions: 429,
  too_many_requests: 429,
  length_required: 411,
  too_many_uploads: 429,
  too_many_streams: 429,
  public_address_unknown: 404,
  profile_not_offered: 404,
  status_list_unavailable: 503,
  checkpoint_unavailable: 503,
  internal_error: 500,
  registration_unknown: 404,
  profile_unknown: 422,
  profile_superseded: 422,
  submission_incomplete: 422,
  endpoint_not_canonical: 422,
  state_conflict: 409,
  not_attested: 409,
  statement_registration_differs: 422,
  statement_signer_differs: 422,
  statement_not_fresh: 422,
  statement_case_differs: 422,
  question_missing: 422,
  amendment_open: 409,
  withdrawal_differs: 422,
  withdrawal_not_fresh: 422,
  document_kind_unknown: 422,
  document_unknown: 404,
  document_type_refused: 415,
  document_too_large: 413,
  documents_too_many: 409,
  upload_unknown: 404,
  upload_offset_wrong: 409,
  upload_incomplete: 409,
  upload_part_refused: 413,
  upload_differs: 422,
  document_damaged: 500,
  request_malformed_by_gateway: 500,
  statement_malformed: 422,
  statement_reviewer_unknown: 422,
  statement_signature_invalid: 422,
  statement_issuer_differs: 422,
  statement_action_differs: 422,
  statement_incomplete: 422,
  device_not_attested: 409,
  assurance_not_offered: 422,
  certificate_not_issuable: 409,
  decision_lapsed: 409,
  registration_revoked: 409,
  registration_suspended: 409,
  registration_ended: 409,
  amended_unrelated: 422,
  withdrawal_malformed: 422,
  statement_stale: 422,
  statement_superseded: 409,
  attestation_not_noted: 409,
  status_indices_exhausted: 503,
  checkpoint_behind: 503,
  issuer_unavailable: 503,
  issuer_running: 503,
  issuer_failed: 503,
  storage_full: 507,
  storage_busy: 503,
  storage_unavailable: 503,
  database_not_durable: 503,
};

/** RFC 9457 section 3, with our extension members. */
export type AnsweredProblem = ProblemDocument & Partial<Pick<SubmissionError, 'missing' | 'invalid'>>;

/** Any failure as the problem document that is answered; what is not a Problem tells nothing of itself. */
export function problemDocument(error: unknown, now: number): AnsweredProblem {
  const { problem } = error instanceof SanadError ? error : httpError('internal_error');
  const status = statusOf(problem);
  return {
    type: `urn:sanad:problem:${problem.code}`,
    title: problem.code.replaceAll('_', ' '),
    status,
    detail: problem.reason,
    code: problem.code,
    next_action: problem.nextAction,
    server_time: now,
    ...(error instanceof SubmissionError ? { missing: error.missing, invalid: error.invalid } : {}),
  };
}

function statusOf(problem: Problem): number {
  const known: Readonly<Record<string, number>> = problemStatuses;
  return Object.hasOwn(known, problem.code) ? (known[problem.code] ?? 500) : 500;
}

function row(reason: string, nextAction: string) {
  return { kind: 'gateway', reason, nextAction } as const;
}
