import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** What lies at the path is no plain file, or larger than was asked for. */
export type ReadFault = 'not_a_file' | 'too_large';

/**
 * Reads a plain file of at most that many bytes. A fault where it is something else; the system's own error where it cannot
 * be opened or read. Waits for nobody, and reads no more than that whatever the file says of itself.
 */
export async function readPlainFile(path: string, maxBytes: number): Promise<Buffer | ReadFault> {
  // Without waiting: a pipe that nobody writes to would be opened for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const state = await file.stat();
    if (!state.isFile()) return 'not_a_file';
    if (state.size > maxBytes) return 'too_large';
    const bytes = await readUpTo(file, maxBytes + 1);
    return bytes.length > maxBytes ? 'too_large' : bytes;
  } finally {
    await file.close();
  }
}

const CHUNK_BYTES = 256 * 1024;

/** To the end, not to what `stat` said: the file may be growing, and some say nothing. */
async function readUpTo(file: FileHandle, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  while (total < bytes) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, bytes - total));
    const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
    if (bytesRead === 0) break;
    chunks.push(chunk.subarray(0, bytesRead));
    total += bytesRead;
  }
  return Buffer.concat(chunks, total);
}
