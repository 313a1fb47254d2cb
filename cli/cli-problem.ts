import { problemFrom, SanadError, type Problem, type ProblemCatalogue } from '#shared/contract/problem.ts';

const cliProblems = {
  usage: {
    kind: 'usage',
    reason: 'The command cannot be understood.',
    nextAction: 'See how it is meant: sanad help',
  },
  confirmation_missing: {
    kind: 'usage',
    reason: 'Nothing was done, because nobody confirmed it.',
    nextAction: 'Look at what is shown, then answer yes or add --yes.',
  },
  file_unreadable: {
    kind: 'usage',
    reason: 'The file cannot be read.',
    nextAction: 'Check its name, and that it is yours to read.',
  },
  join_link_malformed: {
    kind: 'usage',
    reason: 'That is neither a join link nor an anchor file.',
    nextAction: 'Ask the gateway’s operator for the link; it begins with sanad://join?',
  },
  fingerprint_mismatch: {
    kind: 'permission',
    reason: 'The gateway’s keys are not those that the link promises, so nothing was trusted.',
    nextAction: 'Try from another network; ask the operator for the link over another channel.',
  },
  anchor_exists: {
    kind: 'permission',
    reason: 'This machine already trusts other keys under that name or origin.',
    nextAction: 'If the operator confirms the change, join again with --replace.',
  },
  administrator_only: {
    kind: 'permission',
    reason: 'Only the administrator of this machine may do this.',
    nextAction: 'Run it with sudo.',
  },
  account_unknown: {
    kind: 'usage',
    reason: 'There is no such account on this machine.',
    nextAction: 'Give a name from /etc/passwd, or a number.',
  },
  not_installed: {
    kind: 'internal',
    reason: 'Sanad is not installed completely: an account or a folder of the service is missing.',
    nextAction: 'Install the package again.',
  },
  service_in_the_way: {
    kind: 'daemon',
    reason: 'The Sanad service runs and did not let go, so nothing was cleared: it would put it back.',
    nextAction: 'Stop it (sudo systemctl stop sanadd), then run again: sudo sanad repair',
  },
  service_came_back: {
    kind: 'daemon',
    reason: 'The Sanad service was started or used meanwhile, so what was cleared may be back.',
    nextAction: 'Stop it (sudo systemctl stop sanadd), then run again: sudo sanad repair',
  },
  repair_incomplete: {
    kind: 'internal',
    reason: 'Something of Sanad’s could not be cleared.',
    nextAction:
      'Look at what is shown, stop what holds it or restart the machine, then run again: sudo sanad repair',
  },
  interrupted: {
    kind: 'usage',
    reason: 'Interrupted.',
    nextAction: 'Run the command again when you want to.',
  },
  unexpected: {
    kind: 'internal',
    reason: 'Something failed that nobody foresaw.',
    nextAction: 'Report it with what sanad --version prints.',
  },
} as const satisfies ProblemCatalogue<string>;

export function cliError(
  code: keyof typeof cliProblems,
  options: { readonly detail?: string; readonly cause?: unknown } = {},
): SanadError {
  return new SanadError(problemFrom(cliProblems, code, options.detail), { cause: options.cause });
}

/** Ctrl-C, after what was begun has been undone. */
export class Interrupted extends SanadError {
  /** `problem`: what to say in place of the usual, such as how to go on. */
  constructor(problem: Problem = problemFrom(cliProblems, 'interrupted')) {
    super(problem);
    this.name = 'Interrupted';
  }
}
