import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

const storageProblems = {
  storage_full: {
    kind: 'gateway',
    reason: 'The gateway’s disk is full: nothing was changed, and nothing that it had accepted is lost.',
    nextAction: 'Try again later; the operator has to make room.',
  },
} as const satisfies ProblemCatalogue<string>;

export type StorageProblemCode = keyof typeof storageProblems;

/** https://www.sqlite.org/rescode.html: FULL, IOERR_WRITE, IOERR_SHMSIZE (the WAL's index could not grow). */
const FULL = new Set([13, 778, 4874]);

/** A full disk as a problem of its own; every other error as it is. */
export function asStorageProblem(error: unknown): unknown {
  const isFull = error instanceof Error && 'errcode' in error && FULL.has(Number(error.errcode));
  return isFull ? new SanadError(problemFrom(storageProblems, 'storage_full'), { cause: error }) : error;
}
