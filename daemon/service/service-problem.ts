import { problemFrom, SanadError, type Problem, type ProblemCatalogue } from '#shared/contract/problem.ts';

const UPDATE =
  'Update Sanad on this machine so that all its parts have one version, then restart the service.';

/** What the service itself answers, besides refusals and what the platform says. */
const serviceProblems = {
  version_unsupported: {
    kind: 'daemon',
    reason: 'This program and the Sanad service speak different versions of their protocol.',
    nextAction: UPDATE,
  },
  method_unknown: {
    kind: 'daemon',
    reason: 'The Sanad service does not know what it was asked for.',
    nextAction: UPDATE,
  },
  parameters_invalid: {
    kind: 'usage',
    reason: 'The Sanad service was asked with something that is not in the contract.',
    nextAction: 'Correct what you entered; if it stays, update Sanad on this machine.',
  },
  too_many_connections: {
    kind: 'daemon',
    reason: 'There are too many programs connected to the Sanad service at once.',
    nextAction: 'Close some of them, then try again.',
  },
  not_administrator: {
    kind: 'permission',
    reason: 'Only the administrator of this machine may do this.',
    nextAction: 'Ask the administrator, or run it with sudo.',
  },
  not_yours: {
    kind: 'permission',
    reason: 'Another user of this machine has a tunnel.',
    nextAction: 'Wait until it is disconnected, or ask the administrator to run: sanad disconnect',
  },
  blocked_for_another: {
    kind: 'permission',
    reason: 'Another user of this machine is protected and has no tunnel, so traffic is blocked.',
    nextAction: 'Ask the administrator to run: sanad disconnect',
  },
  tunnel_required: {
    kind: 'permission',
    reason: 'The policy of this machine does not allow going on without a tunnel.',
    nextAction: 'Connect again, or ask the administrator to run: sanad disconnect',
  },
  no_tunnel: {
    kind: 'usage',
    reason: 'There is no tunnel whose registration could be replaced.',
    nextAction: 'Connect first: sanad connect NAME',
  },
  disconnect_pending: {
    kind: 'daemon',
    reason: 'The tunnel could not be taken down yet; the service goes on trying.',
    nextAction: 'Look with `sanad status` what is in the way.',
  },
  endpoint_unresolvable: {
    kind: 'gateway',
    reason: 'The name of the VPN server has no address.',
    nextAction: 'Check the name and this machine’s connection to the internet, then connect again.',
  },
  user_not_prepared: {
    kind: 'usage',
    reason: 'The folder of this user’s socket is not there or does not belong to this user.',
    nextAction: 'As the administrator, run: sanad user enable NAME',
  },
  untrusted_file: {
    kind: 'permission',
    reason:
      'A file or folder of the administrator’s settings does not belong to root alone, so it is not used.',
    nextAction: 'As the administrator, look who wrote it, then set its owner to root and its mode to 0644.',
  },
  internal_error: {
    kind: 'internal',
    reason: 'The Sanad service made a mistake.',
    nextAction: 'Look into the service’s log (journalctl -u sanadd) and report it.',
  },
} as const satisfies ProblemCatalogue<string>;

export type ServiceProblemCode = keyof typeof serviceProblems;

export function serviceProblem(code: ServiceProblemCode, detail?: string): Problem {
  return problemFrom(serviceProblems, code, detail);
}

export function serviceError(
  code: ServiceProblemCode,
  options: { readonly detail?: string; readonly cause?: unknown } = {},
): SanadError {
  return new SanadError(serviceProblem(code, options.detail), { cause: options.cause });
}

/** What to tell of anything thrown. What is no SanadError is a defect: it is told as one, and logged by whoever calls. */
export function problemOf(cause: unknown): Problem {
  return cause instanceof SanadError ? cause.problem : serviceProblem('internal_error');
}
