import { chmodSync, constants, statSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** Group and others may neither write nor replace what the service believes about itself. */
const WRITABLE_BY_OTHERS = 0o022;
const OWN_DIRECTORY_MODE = 0o700;
/** The largest is a status list. */
const MAX_OWN_FILE_BYTES = 1024 * 1024;

/** Something that another user could have written, or put in the place of ours. */
export class NotOurs extends Error {}

/** Throws `NotOurs` where others may put files; the system's error where it is absent. */
export function requireOwnDirectory(directory: string): void {
  const state = statSync(directory);
  if (!state.isDirectory() || !isOwn(state)) throw new NotOurs(directory);
}

/** After an upgrade from laxer modes: what is written from here on is ours alone. */
export function closeOwnDirectory(directory: string): void {
  const state = statSync(directory);
  if (state.isDirectory() && !isOwn(state)) chmodSync(directory, OWN_DIRECTORY_MODE);
}

/** Reads a file of ours: no link followed, checks on the open file, bounded (CVE-2019-12573, CVE-2024-6141). */
export async function readOwnFile(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const state = await file.stat();
    if (!state.isFile() || !isOwn(state) || state.size > MAX_OWN_FILE_BYTES) throw new NotOurs(path);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function isOwn(state: { readonly uid: number; readonly mode: number }): boolean {
  return state.uid === process.getuid?.() && (state.mode & WRITABLE_BY_OTHERS) === 0;
}
