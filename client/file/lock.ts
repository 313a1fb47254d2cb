import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { notWritten } from './atomic-file.ts';

const RETRY_MILLISECONDS = 50;
/** Longer than anything done under a lock; a crashed holder's file is taken over after it. */
const STALE_MILLISECONDS = 30_000;

/**
 * Does the work while no other process of this user does work under the same lock. A disk that does not take the lock's
 * file would not take the work's either: SanadError `file_not_written`.
 */
export async function withLock<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  await makeFolder(dirname(path));
  while (!(await take(path))) await sleep(RETRY_MILLISECONDS);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw notWritten(cause);
  }
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.close();
    return true;
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw notWritten(cause);
    if (await isStale(path)) await rm(path, { force: true });
    return false;
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    // In the future it is stale, too: the clock was wrong, and nobody works that long.
    return Math.abs(Date.now() - (await stat(path)).mtimeMs) > STALE_MILLISECONDS;
  } catch {
    // Gone meanwhile: the next try takes it.
    return false;
  }
}
