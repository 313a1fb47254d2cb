import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

const tunnelProblems = {
  tunnel_unknown: {
    kind: 'usage',
    reason: 'There is no tunnel of that name.',
    nextAction: 'See which there are with `sanad list`, or import one with `sanad import FILE`.',
  },
  tunnel_exists: {
    kind: 'usage',
    reason: 'There is a tunnel of that name already.',
    nextAction: 'Choose another name with --name, or remove the old one first: sanad remove NAME',
  },
  tunnel_name_malformed: {
    kind: 'usage',
    reason:
      'A tunnel’s name has 1 to 64 characters, no slash, no control character, and no dot or dash first.',
    nextAction: 'Choose a name with --name.',
  },
  file_unreadable: {
    kind: 'usage',
    reason: 'The file cannot be read.',
    nextAction: 'Check its name, and that it is yours to read.',
  },
  tunnel_secret_missing: {
    kind: 'keychain',
    reason: 'The keychain no longer holds this tunnel’s keys.',
    nextAction: 'Remove the tunnel and import its file again: sanad remove NAME, then sanad import FILE',
  },
} as const satisfies ProblemCatalogue<string>;

export function tunnelError(
  code: keyof typeof tunnelProblems,
  options: { readonly detail?: string; readonly cause?: unknown } = {},
): SanadError {
  return new SanadError(problemFrom(tunnelProblems, code, options.detail), { cause: options.cause });
}
