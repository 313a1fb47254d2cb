import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What follows is who made it: its process, and what mkdtemp adds. */
const NAME = /^snap\.[\w-]+\.sanad-print-(\d+)-\w{6}$/;

interface ProfileOptions {
  readonly folder: string;
  readonly uid: number | undefined;
  /** The browser. */
  readonly program: string;
}

/** A folder in that one, for one browser. What a process that was killed has left of its own is removed on the way. */
export async function makeProfile({ folder, uid, program }: ProfileOptions): Promise<string> {
  await sweep(folder, uid);
  // A browser that is a snap, as Ubuntu's is, may use names in /dev/shm that begin so, and no others (snapd's AppArmor
  // template). What is found elsewhere may be a script that starts that one.
  const snap = /^\/snap\/bin\/([\w-]+)/.exec(program)?.[1] ?? 'chromium';
  return await mkdtemp(join(folder, `snap.${snap}.sanad-print-${process.pid}-`));
}

export async function removeProfile(profile: string): Promise<void> {
  // Helpers that are dying may still write.
  await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

async function sweep(folder: string, uid: number | undefined): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const owner = Number(NAME.exec(name)?.[1] ?? process.pid);
    if (isAlive(owner) || !(await isFolderOf(join(folder, name), uid))) continue;
    // What is still in use somewhere is left to the next one.
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Everybody may write into a folder for temporary files: a link there, or a folder of somebody else, is not ours. */
async function isFolderOf(path: string, uid: number | undefined): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isDirectory() === true && (uid === undefined || found.uid === uid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    // Anything but that there is none: somebody else's is alive, too.
    return !(cause instanceof Error && 'code' in cause && cause.code === 'ESRCH');
  }
}
