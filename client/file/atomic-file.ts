import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

const problems = {
  file_not_written: {
    kind: 'internal',
    reason: 'A file of yours could not be written; the old one is as it was.',
    nextAction: 'Make room on the disk, see that the folder is yours, and try again.',
  },
} as const satisfies ProblemCatalogue<string>;

/** How the name of a file ends whose writing a crash has interrupted. */
export const HALF_WRITTEN = '.new';

interface WriteOptions {
  readonly mode: number;
  /** Mode of folders that have to be made on the way. */
  readonly directoryMode: number;
}

/** Writes the whole file or leaves the old one: a crash at any moment leaves one of the two. */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array,
  options: WriteOptions,
): Promise<void> {
  // Loaded when something is written: those who only read start sooner.
  const { randomBytes } = await import('node:crypto');
  const temporary = `${path}.${randomBytes(6).toString('hex')}${HALF_WRITTEN}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: options.directoryMode });
    await writeDurably(temporary, content, options.mode);
    await rename(temporary, path);
    await flushDirectory(dirname(path));
  } catch (cause) {
    // Why nothing was written is what counts, also where nothing can be removed either.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw notWritten(cause);
  }
}

export function notWritten(cause: unknown): SanadError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  return new SanadError(problemFrom(problems, 'file_not_written', code), { cause });
}

async function writeDurably(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(content);
    // Past the umask: the mode is the caller's decision.
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The new name is on disk only once the folder is. */
async function flushDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
