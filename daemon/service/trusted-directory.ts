import { constants } from 'node:fs';
import { lstat, open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { serviceError } from './service-problem.ts';

/** Group and others may not write what decides whom and what this machine trusts. */
const WRITABLE_BY_OTHERS = 0o022;

export interface TrustedDirectory {
  readonly path: string;
  readonly suffix: string;
  readonly maxBytes: number;
  /** Whose files count: root's, but in tests. */
  readonly ownerUid: number;
}

export type TrustedFile =
  { readonly name: string; readonly text: string } | { readonly name: string; readonly cause: unknown };

/**
 * The administrator's files of one directory in lexical order. One that another could have written comes back with
 * the cause instead of its text; no directory is no file.
 */
export async function readTrustedFiles(directory: TrustedDirectory): Promise<readonly TrustedFile[]> {
  let names: readonly string[];
  try {
    // Whoever may write above could put another directory in its place.
    requireTrusted(await stat(dirname(directory.path)), directory.ownerUid);
    requireTrusted(await lstat(directory.path), directory.ownerUid);
    names = await readdir(directory.path);
  } catch (cause) {
    return isMissing(cause) ? [] : [{ name: '.', cause }];
  }
  const wanted = names.filter((name) => name.endsWith(directory.suffix)).toSorted();
  return await Promise.all(wanted.map((name) => readTrustedFile(directory, name)));
}

async function readTrustedFile(directory: TrustedDirectory, name: string): Promise<TrustedFile> {
  try {
    // O_NOFOLLOW, and checks on the open file: what was looked at is what is read (CVE-2019-12573).
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await open(join(directory.path, name), flags);
    try {
      return { name, text: await readChecked(file, directory) };
    } finally {
      await file.close();
    }
  } catch (cause) {
    return { name, cause };
  }
}

async function readChecked(file: FileHandle, { ownerUid, maxBytes }: TrustedDirectory): Promise<string> {
  const state = await file.stat();
  requireTrusted(state, ownerUid);
  if (!state.isFile() || state.size > maxBytes)
    throw serviceError('untrusted_file', { detail: 'size or kind' });
  const buffer = Buffer.alloc(state.size);
  const { bytesRead } = await file.read(buffer, 0, state.size, 0);
  return buffer.toString('utf8', 0, bytesRead);
}

function requireTrusted(state: { readonly uid: number; readonly mode: number }, ownerUid: number): void {
  if (state.uid !== ownerUid || (state.mode & WRITABLE_BY_OTHERS) !== 0) throw serviceError('untrusted_file');
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}
