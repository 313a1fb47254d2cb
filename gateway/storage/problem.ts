import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

const storageProblems = {
  storage_full: {
    kind: 'gateway',
    reason: 'The gateway’s disk is full: nothing was changed, and nothing that it had accepted is lost.',
    nextAction: 'Try again later; the operator has to make room.',
  },
  storage_busy: {
    kind: 'gateway',
    reason: 'Too many were changing the same at once; nothing was changed by this request.',
    nextAction: 'Send the request again, signed anew.',
  },
  storage_unavailable: {
    kind: 'gateway',
    reason: 'The gateway’s database does not answer.',
    nextAction: 'Send the request again in a minute, under the same Idempotency-Key: it may have been done.',
  },
  database_not_durable: {
    kind: 'gateway',
    reason: 'The database answers before what it was given is on the disk: an accepted case could be lost.',
    nextAction: 'Turn the setting named on in PostgreSQL and start the gateway again.',
  },
} as const satisfies ProblemCatalogue<string>;

export type StorageProblemCode = keyof typeof storageProblems;

/** Ends what was asked of the storage with a problem of this catalogue. */
export function storageError(
  code: StorageProblemCode,
  options: { readonly detail?: string; readonly cause?: unknown } = {},
): SanadError {
  return new SanadError(problemFrom(storageProblems, code, options.detail), { cause: options.cause });
}

/** Full disk, lock and server as problems of their own; every other error as it is. */
export function asStorageProblem(error: unknown): unknown {
  const code = sqliteProblem(error) ?? postgresqlProblem(error) ?? fileProblem(error);
  return code === undefined ? error : storageError(code, { cause: error });
}

/** https://www.sqlite.org/rescode.html: FULL, IOERR_WRITE, IOERR_SHMSIZE (the WAL's index could not grow). */
const SQLITE_FULL = new Set([13, 778, 4874]);
const SQLITE_BUSY = 5;

function sqliteProblem(error: unknown): StorageProblemCode | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  const errcode = Number(error.errcode);
  if (SQLITE_FULL.has(errcode)) return 'storage_full';
  // The low byte is the primary code.
  return (errcode & 0xff) === SQLITE_BUSY ? 'storage_busy' : undefined;
}

/** https://www.postgresql.org/docs/15/errcodes-appendix.html */
const POSTGRESQL: Readonly<Record<string, StorageProblemCode>> = {
  '53100': 'storage_full',
  '40001': 'storage_busy',
  '40P01': 'storage_busy',
  '55P03': 'storage_busy',
  '57014': 'storage_busy',
  '25P03': 'storage_unavailable',
  '53300': 'storage_unavailable',
  '57P01': 'storage_unavailable',
  '57P02': 'storage_unavailable',
  '57P03': 'storage_unavailable',
};

function postgresqlProblem(error: unknown): StorageProblemCode | undefined {
  const state = sqlState(error);
  if (state === undefined) return undefined;
  return state.startsWith('08') ? 'storage_unavailable' : POSTGRESQL[state];
}

/** The SQLSTATE of an error that PostgreSQL answered. */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}

/** A document’s file; EDQUOT: the quota of the gateway’s user. */
function fileProblem(error: unknown): StorageProblemCode | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return error.code === 'ENOSPC' || error.code === 'EDQUOT' ? 'storage_full' : undefined;
}
