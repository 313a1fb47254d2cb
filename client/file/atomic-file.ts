import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

interface WriteOptions {
  readonly mode: number;
  /** Mode of folders that have to be made on the way. */
  readonly directoryMode: number;
}

/** Writes the whole file or leaves the old one: a crash at any moment leaves one of the two. */
export async function writeAtomically(path: string, content: string, options: WriteOptions): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: options.directoryMode });
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    await writeDurably(temporary, content, options.mode);
    await rename(temporary, path);
    await flushDirectory(dirname(path));
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
}

async function writeDurably(path: string, content: string, mode: number): Promise<void> {
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
