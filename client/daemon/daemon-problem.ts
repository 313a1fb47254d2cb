import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

const START = 'Start the service (sudo systemctl start sanadd), then try again.';
const UPDATE =
  'Update Sanad on this machine so that all its parts have one version, then restart the service.';

/** What can be wrong between a person's program and the service. */
export const daemonProblems = {
  daemon_unreachable: {
    kind: 'daemon',
    reason: 'The Sanad service does not answer.',
    nextAction: START,
  },
  daemon_lost: {
    kind: 'daemon',
    reason: 'The Sanad service hung up before it was done.',
    nextAction: 'Look with `sanad status` what became of it, then try again.',
  },
  daemon_timeout: {
    kind: 'daemon',
    reason: 'The Sanad service took too long.',
    nextAction: 'Look with `sanad status` what became of it, then try again.',
  },
  daemon_answer_malformed: {
    kind: 'daemon',
    reason: 'The Sanad service answered in a form that is not in the contract.',
    nextAction: UPDATE,
  },
  daemon_version_unsupported: {
    kind: 'daemon',
    reason: 'The Sanad service speaks another version than this program.',
    nextAction: UPDATE,
  },
  user_not_enabled: {
    kind: 'permission',
    reason: 'You are not enabled to use Sanad on this machine.',
    nextAction: 'Ask the administrator of this machine to run: sanad user enable YOUR-NAME',
  },
} as const satisfies ProblemCatalogue<string>;

export function daemonError(
  code: keyof typeof daemonProblems,
  options: { readonly detail?: string; readonly cause?: unknown } = {},
): SanadError {
  return new SanadError(problemFrom(daemonProblems, code, options.detail), { cause: options.cause });
}
