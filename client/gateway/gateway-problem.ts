import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

const later = 'Check this machine’s network, then try again; if it stays so, tell the gateway’s operator.';
const operator = 'Tell the gateway’s operator; nothing on this machine needs to change.';

/** What can be wrong between a person's program and a gateway. */
export const gatewayProblems = {
  relay_unreachable: {
    kind: 'gateway',
    reason: 'Sanad’s fetcher, which carries requests to the gateway, does not answer.',
    nextAction:
      'Start it (sudo systemctl start sanad-fetch); if it runs, ask the administrator for: sanad user enable YOUR-NAME',
  },
  gateway_timeout: { kind: 'gateway', reason: 'The gateway took too long.', nextAction: later },
  gateway_unreachable: { kind: 'gateway', reason: 'The gateway does not answer.', nextAction: later },
  gateway_tls_untrusted: {
    kind: 'gateway',
    reason: 'Whoever answered did not prove to be the gateway (its TLS certificate is not accepted).',
    nextAction: 'Try from another network; if it stays so, tell the gateway’s operator.',
  },
  gateway_request_too_large: {
    kind: 'usage',
    reason: 'This is more than a gateway takes at once.',
    nextAction: 'Shorten what you have written, then try again.',
  },
  gateway_answer_too_large: {
    kind: 'gateway',
    reason: 'The gateway’s answer is larger than allowed.',
    nextAction: operator,
  },
  gateway_answer_malformed: {
    kind: 'gateway',
    reason: 'The gateway answered in a form that is not in the contract.',
    nextAction: operator,
  },
  gateway_answer_status: {
    kind: 'gateway',
    reason: 'The gateway refused without saying why.',
    nextAction: operator,
  },
  gateway_answer_unexpected: {
    kind: 'gateway',
    reason: 'The gateway answered something else than it was asked for, so nothing of it was taken.',
    nextAction: operator,
  },
} as const satisfies ProblemCatalogue<string>;

export type GatewayProblemCode = keyof typeof gatewayProblems;

export function gatewayError(
  code: GatewayProblemCode,
  options: { readonly detail?: string; readonly cause?: unknown } = {},
): SanadError {
  return new SanadError(problemFrom(gatewayProblems, code, options.detail), { cause: options.cause });
}
