import { closeSync, constants, fchmodSync, fsync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const sync = promisify(fsync);

/**
 * Replaces a file: after a power cut either the old content is there or the new one, whole. The directory is
 * synced too, because the rename is its content. Only the two syncs wait for the disk and so do not block; the
 * rest takes microseconds here and would take a turn of the thread pool each.
 */
export async function writeFileAtomically(file: string, content: string, mode = 0o600): Promise<void> {
  const temporary = `${file}.new`;
  // What an interrupted write left, or somebody planted there: removed, never written through.
  rmSync(temporary, { force: true });
  try {
    const descriptor = openSync(temporary, NEW_FILE, 0o600);
    // Whatever the umask; before anybody can find the file under its name.
    if (mode !== 0o600) fchmodSync(descriptor, mode);
    await writeAndSync(descriptor, content);
    renameSync(temporary, file);
  } catch (cause) {
    // On a full disk a half would take the room that somebody makes.
    rmSync(temporary, { force: true });
    throw cause;
  }
  await writeAndSync(openSync(dirname(file), 'r'), '');
}

async function writeAndSync(descriptor: number, content: string): Promise<void> {
  try {
    const bytes = Buffer.from(content, 'utf8');
    for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
    await sync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
