import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

const applicationProblems = {
  application_unknown: {
    kind: 'usage',
    reason: 'There is no unfinished application on this computer.',
    nextAction: 'Begin one: sanad register',
  },
  application_elsewhere: {
    kind: 'usage',
    reason: 'This application was changed in another window meanwhile, so nothing of it was overwritten.',
    nextAction: 'Close the other window, then go on here: sanad register --resume',
  },
  application_unfinished: {
    kind: 'usage',
    reason: 'The application is not complete yet. What you have answered so far is kept.',
    nextAction: 'Go on where you stopped: sanad register --resume',
  },
  application_stopped: {
    kind: 'usage',
    reason: 'Nothing was sent. What you have answered so far is kept.',
    nextAction: 'Go on where you stopped: sanad register --resume',
  },
  application_sent: {
    kind: 'usage',
    reason: 'This application was sent already, as it was then. Only its documents can still change here.',
    nextAction:
      'Tell the office what has changed: sanad registration answer or sanad registration amend; or take it back with sanad registration withdraw and begin anew: sanad register --new',
  },
  answers_unreadable: {
    kind: 'usage',
    reason: 'The file with the answers cannot be read.',
    nextAction: 'Check its name, that it is yours to read, and that it is JSON of at most 256 KiB.',
  },
  answers_wrong: {
    kind: 'usage',
    reason: 'Some of the answers cannot be taken. Those that are right are kept.',
    nextAction: 'Correct what is shown and run it again, or go on by hand: sanad register --resume',
  },
  no_rules: {
    kind: 'usage',
    reason: 'No authority’s rules are known on this computer by that name.',
    nextAction: 'See which there are: sanad profile list',
  },
  no_channel: {
    kind: 'usage',
    reason: 'This machine has joined no registration office, and the authority has no portal in its rules.',
    nextAction: 'Ask the administrator of this machine to run: sanad join LINK',
  },
  documents_too_many: {
    kind: 'usage',
    reason: 'A registration office takes at most 12 documents, 30 MiB together.',
    nextAction: 'Take one away that is not needed: sanad register --resume, then “change something”',
  },
  export_exists: {
    kind: 'usage',
    reason: 'There is a file of that name already; it was not touched.',
    nextAction: 'Choose another name.',
  },
} as const satisfies ProblemCatalogue<string>;

export function applicationError(
  code: keyof typeof applicationProblems,
  options: { readonly detail?: string; readonly cause?: unknown } = {},
): SanadError {
  return new SanadError(problemFrom(applicationProblems, code, options.detail), { cause: options.cause });
}
