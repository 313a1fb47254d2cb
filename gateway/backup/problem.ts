import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

const backupProblems = {
  backup_exists: {
    kind: 'usage',
    reason: 'There is a file of that name; it was not touched.',
    nextAction: 'Name a new file.',
  },
  backup_damaged: {
    kind: 'usage',
    reason: 'The file is not a whole backup of a gateway.',
    nextAction: 'Use another backup.',
  },
  backup_cases_elsewhere: {
    kind: 'usage',
    reason: 'The backup’s cases are in PostgreSQL and DATABASE_URL is not set, or the other way round.',
    nextAction:
      'Restore PostgreSQL’s own backup first and set DATABASE_URL, or unset it, and run the command again.',
  },
  published_list_needed: {
    kind: 'usage',
    reason: 'What was revoked after the backup was made would become valid again.',
    nextAction:
      'Give --published-list with the newest status list that anybody has (the gateway, a mirror, a client), or --without-published-list if there is none.',
  },
  published_list_older: {
    kind: 'usage',
    reason: 'The status list is older than the one in the backup.',
    nextAction: 'Find the newest one that was published.',
  },
  published_checkpoint_malformed: {
    kind: 'usage',
    reason: 'The checkpoint is not one of this gateway.',
    nextAction: 'Give the text that was fetched from /v1/checkpoint.',
  },
} as const satisfies ProblemCatalogue<string>;

/** Ends a backup or a restoration with a problem of this catalogue. */
export function backupError(
  code: keyof typeof backupProblems,
  options: { readonly cause?: unknown } = {},
): SanadError {
  return new SanadError(problemFrom(backupProblems, code), { cause: options.cause });
}
