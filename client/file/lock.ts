import { mkdir, open, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { notWritten } from './atomic-file.ts';

const RETRY_MILLISECONDS = 50;
/** A crashed holder's file is taken over after it; one who lives says so far more often. */
const STALE_MILLISECONDS = 30_000;
const REFRESH_MILLISECONDS = 5000;

/**
 * Does the work while no other process of this user does work under the same lock, however long it takes: a keychain may
 * ask its person for a minute. A disk that does not take the lock's file would not take the work's either: SanadError
 * `file_not_written`.
 */
export async function withLock<Result>(
  path: string,
  work: () => Promise<Result>,
  { refreshMilliseconds = REFRESH_MILLISECONDS }: { readonly refreshMilliseconds?: number } = {},
): Promise<Result> {
  await makeFolder(dirname(path));
  let held = await take(path);
  while (held === undefined) {
    await sleep(RETRY_MILLISECONDS);
    held = await take(path);
  }
  const refreshing = refresh(held, refreshMilliseconds);
  try {
    return await work();
  } finally {
    clearInterval(refreshing);
    await release(path, held);
  }
}

/** On the open file: of one that was taken over meanwhile, by a machine that slept, nothing is touched. */
function refresh(held: FileHandle, everyMilliseconds: number): NodeJS.Timeout {
  const mark = (): void => {
    const now = new Date();
    // Where it cannot be marked it becomes stale, as if nobody held it; the work goes on.
    held.utimes(now, now).catch(() => undefined);
  };
  return setInterval(mark, everyMilliseconds).unref();
}

async function release(path: string, held: FileHandle): Promise<void> {
  const [mine, there] = [await held.stat(), await stat(path).catch(() => undefined)];
  await held.close();
  if (there?.ino === mine.ino && there.dev === mine.dev) await rm(path, { force: true });
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw notWritten(cause);
  }
}

async function take(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw notWritten(cause);
    if (await isStale(path)) await removeStale(path);
    return undefined;
  }
}

/**
 * One of those who wait at a time: by the time a slow one removed what it saw, another could have removed that and hold a
 * lock of its own in its place.
 */
async function removeStale(path: string): Promise<void> {
  const turn = `${path}.stale`;
  let mine: FileHandle;
  try {
    mine = await open(turn, 'wx', 0o600);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw notWritten(cause);
    // Of one who crashed just there.
    if (await isStale(turn)) await rm(turn, { force: true });
    return;
  }
  try {
    if (await isStale(path)) await rm(path, { force: true });
  } finally {
    await release(turn, mine);
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
