import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { printError } from './print-problem.ts';

/** statfs(2): tmpfs and ramfs, which have no disk below them. */
const inMemory: ReadonlySet<number> = new Set([0x0102_1994, 0x8584_58f6]);
const SHARED_MEMORY = '/dev/shm';

interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `/dev/shm` but in tests. */
  readonly usual?: string;
}

/**
 * Where Chromium may put what its processes share, which is the page and the PDF: undefined: where it does so by itself;
 * else a folder that it has to be told. Throws `print_without_memory` where either would be a disk.
 */
export async function memoryFolder({ environment, usual }: Surroundings): Promise<string | undefined> {
  // Elsewhere shared memory has no folder.
  if (process.platform !== 'linux') return undefined;
  if (await isMemory(usual ?? SHARED_MEMORY)) return undefined;
  const own = environment['XDG_RUNTIME_DIR'] ?? '';
  if (own.startsWith('/') && (await isMemory(own))) return own;
  throw printError('print_without_memory');
}

async function isMemory(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    return inMemory.has((await statfs(folder)).type);
  } catch {
    return false;
  }
}
