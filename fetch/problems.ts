import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

const later = 'Check this machine’s network, then try again; if it stays so, tell the gateway’s operator.';
const operator = 'Tell the gateway’s operator; nothing on this machine needs to change.';

/** Everything that can go wrong between this machine and an anchored origin. */
export const fetchProblems = {
  origin_not_anchored: {
    kind: 'gateway',
    reason: 'This machine has not joined the gateway that was asked for.',
    nextAction: 'Ask the administrator of this machine to run: sanad join LINK',
  },
  name_unresolved: {
    kind: 'gateway',
    reason: 'The name has no address at present.',
    nextAction: later,
  },
  host_malformed: {
    kind: 'usage',
    reason: 'That is not a host name.',
    nextAction: 'Correct the endpoint in the tunnel’s configuration, then import it again.',
  },
  gateway_unreachable: {
    kind: 'gateway',
    reason: 'The gateway does not answer.',
    nextAction: later,
  },
  gateway_timeout: {
    kind: 'gateway',
    reason: 'The gateway took too long.',
    nextAction: later,
  },
  gateway_tls_untrusted: {
    kind: 'gateway',
    reason: 'Whoever answered did not prove to be the gateway (its TLS certificate is not accepted).',
    nextAction: 'Try from another network; if it stays so, tell the gateway’s operator.',
  },
  gateway_answer_status: {
    kind: 'gateway',
    reason: 'The gateway did not give the file that was asked for.',
    nextAction: operator,
  },
  gateway_answer_redirect: {
    kind: 'gateway',
    reason: 'The gateway sent the request elsewhere; Sanad follows nobody.',
    nextAction: operator,
  },
  gateway_answer_encoded: {
    kind: 'gateway',
    reason: 'The gateway sent a compressed answer that nobody asked for.',
    nextAction: operator,
  },
  gateway_answer_too_large: {
    kind: 'gateway',
    reason: 'The gateway’s answer is larger than allowed.',
    nextAction: operator,
  },
  gateway_answer_malformed: {
    kind: 'gateway',
    reason: 'The gateway’s answer is not a signed file.',
    nextAction: operator,
  },
  relay_line_malformed: {
    kind: 'gateway',
    reason: 'The relay was asked in a form that it does not know.',
    nextAction: 'Update Sanad on this machine so that all its parts have one version.',
  },
  fetch_busy: {
    kind: 'gateway',
    reason: 'The fetcher has too much to do at once.',
    nextAction: 'Try again in a moment.',
  },
  fetch_request_malformed: {
    kind: 'internal',
    reason: 'The fetcher was asked in a form that it does not know.',
    nextAction: 'Update Sanad on this machine so that all its parts have one version.',
  },
  fetch_failed: {
    kind: 'internal',
    reason: 'The fetcher failed at something that nobody foresaw.',
    nextAction: 'Report it with the version that sanad --version prints.',
  },
} as const satisfies ProblemCatalogue<string>;

export type FetchProblemCode = keyof typeof fetchProblems;

export function fetchError(
  code: FetchProblemCode,
  options: { readonly detail?: string; readonly cause?: unknown } = {},
): SanadError {
  return new SanadError(problemFrom(fetchProblems, code, options.detail), { cause: options.cause });
}
