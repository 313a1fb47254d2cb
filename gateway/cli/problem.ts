import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

export const commandProblems = {
  gateway_exists: {
    kind: 'usage',
    reason: 'The directory is not empty; nothing in it was touched.',
    nextAction: 'Name a new directory, or serve the gateway that is there.',
  },
  gateway_missing: {
    kind: 'usage',
    reason: 'The directory holds no gateway that can be served.',
    nextAction: 'Make one with `sanad-gateway init`.',
  },
  origin_malformed: {
    kind: 'usage',
    reason: 'The origin is not https://HOST[:PORT].',
    nextAction: 'Give the address under which clients reach this gateway, such as https://gateway.example.',
  },
  option_malformed: {
    kind: 'usage',
    reason: 'An option has a value that cannot be used.',
    nextAction: 'Run the command with --help and correct the option named.',
  },
  file_unreadable: {
    kind: 'usage',
    reason: 'A file that was named cannot be read.',
    nextAction: 'Name a file that is there and that this user may read.',
  },
  tls_required: {
    kind: 'usage',
    reason: 'Clients reach this gateway over https, and there is no certificate to serve it with.',
    nextAction: 'Give --tls-certificate and --tls-key, or --behind-proxy where a proxy ends TLS.',
  },
  database_url_malformed: {
    kind: 'usage',
    reason: 'DATABASE_URL does not name a PostgreSQL database.',
    nextAction:
      'Set it to postgresql://USER@HOST/DATABASE, or unset it to use the gateway’s own SQLite file.',
  },
  monitor_public: {
    kind: 'usage',
    reason: 'Health and metrics are told on this machine alone, and the address is not its loopback.',
    nextAction:
      'Give --monitor a path for a unix socket or an address such as 127.0.0.1:9464, and forward from there.',
  },
  root_key_differs: {
    kind: 'usage',
    reason: 'The key file is not a root key of this gateway: no client would accept what it signs.',
    nextAction: 'Name the root.key.json that `init` made for this gateway.',
  },
  clock_behind: {
    kind: 'usage',
    reason: 'The clock is behind the time at which the present key set was signed.',
    nextAction: 'Set the clock and run the command again.',
  },
  case_differs: {
    kind: 'gateway',
    reason: 'The gateway now shows another case than the one that was reviewed. Nothing was signed.',
    nextAction: 'Look at it again with `sanad-gateway case show`, and at why it changed.',
  },
  document_missing: {
    kind: 'gateway',
    reason: 'The case has no such document.',
    nextAction: 'Take its identifier from `sanad-gateway case show`.',
  },
  documents_unknown: {
    kind: 'gateway',
    reason:
      'Most files in the folder of documents are none that the database knows of; none of them was removed.',
    nextAction: 'See that --dir and DATABASE_URL belong together, and that the database is not an empty one.',
  },
  file_not_written: {
    kind: 'usage',
    reason: 'The file cannot be written; one that is there is not overwritten.',
    nextAction: 'Name a new file in a folder that this user may write.',
  },
  profile_unreadable: {
    kind: 'usage',
    reason: 'The file holds no profile.',
    nextAction:
      'Hold it against authority/profile.schema.json; docs/authority-profile.md says what each member means.',
  },
  issuer_not_started: {
    kind: 'internal',
    reason: 'The issuer did not start.',
    nextAction: 'Read what sanad-issuer said above and repair that.',
  },
  listen_failed: {
    kind: 'usage',
    reason: 'The gateway cannot listen on this address.',
    nextAction: 'Choose an address of this machine and a port that is free.',
  },
  gateway_unreachable: {
    kind: 'gateway',
    reason: 'The gateway does not answer.',
    nextAction: 'Check the origin and the network and try again.',
  },
  gateway_answer_malformed: {
    kind: 'gateway',
    reason: 'The gateway’s answer is not one that a gateway gives.',
    nextAction: 'Check that the origin is the gateway’s and that both have the same version.',
  },
} as const satisfies ProblemCatalogue<string>;

/** Ends the command with a problem of this catalogue. */
export function commandError(
  code: keyof typeof commandProblems,
  options: { readonly detail?: string; readonly cause?: unknown } = {},
): SanadError {
  return new SanadError(problemFrom(commandProblems, code, options.detail), { cause: options.cause });
}
