import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { printError } from './print-problem.ts';

/** statfs(2): tmpfs and ramfs, which have no disk below them. */
const inMemory: ReadonlySet<number> = new Set([0x0102_1994, 0x8584_58f6]);
const SHARED_MEMORY = '/dev/shm';

interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `/dev/shm` but in tests. */
  readonly usual?: string;
}

export interface MemoryFolder {
  readonly path: string;
  /** Whether Chromium shares memory there without being told. */
  readonly isUsual: boolean;
}

/**
 * Where the page and the PDF may lie while they are printed: Chromium's processes share them through files that have no
 * name. undefined: where memory has no folder, and neither have such files. Throws `print_without_memory` where all
 * there is would be a disk.
 */
export async function memoryFolder(surroundings: Surroundings): Promise<MemoryFolder | undefined> {
  if (process.platform !== 'linux') return undefined;
  const { environment, usual = SHARED_MEMORY } = surroundings;
  if (await isMemory(usual)) return { path: usual, isUsual: true };
  const own = environment['XDG_RUNTIME_DIR'] ?? '';
  if (isAbsolute(own) && (await isMemory(own))) return { path: own, isUsual: false };
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
