import { randomUUID } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readdir, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '#client/file/atomic-file.ts';
import { cliError } from '../cli-problem.ts';
import type { SystemPaths } from '../surroundings.ts';
import { groupId } from './accounts.ts';

/** The table in shared/contract/paths.ts: the user may enter, the service may put its socket there. */
const MODE = 0o570;

interface UserFolder {
  readonly parent: string;
  readonly group: string;
}

function foldersOf(system: SystemPaths): readonly UserFolder[] {
  return [
    { parent: system.userDirectory, group: 'sanadd' },
    { parent: system.relayDirectory, group: 'sanad-fetch' },
  ];
}

/** Makes a user's folders now and after every reboot. Safe to repeat: wrong owners and modes are set right. */
export async function makeUserFolders(system: SystemPaths, uid: number): Promise<void> {
  for (const folder of foldersOf(system)) {
    await makeFolder(folder.parent, { uid, gid: await groupId(system.group, folder.group) });
  }
  if (!existsSync(system.tmpfilesDirectory)) return;
  // tmpfiles.d(5): type, path, mode, user, group, age.
  const lines = foldersOf(system).map(
    ({ parent, group }) => `d ${join(parent, String(uid))} 0570 ${uid} ${group} -`,
  );
  const content = `# Written by sanad user enable.\n${lines.join('\n')}\n`;
  await writeAtomically(tmpfilesOf(system, uid), content, { mode: 0o644, directoryMode: 0o755 });
}

export async function removeUserFolders(system: SystemPaths, uid: number): Promise<void> {
  await rm(tmpfilesOf(system, uid), { force: true });
  for (const { parent } of foldersOf(system)) await removeFolder(parent, String(uid));
}

/**
 * What is in the folder is its user's, who may swap a folder in it for a link at any moment: whoever descends as root
 * removes what the link points to. So the folder is taken from them first, and nothing below its first level is
 * touched; what stays there nobody can enter, and it is gone with /run.
 */
async function removeFolder(parent: string, name: string): Promise<void> {
  if (!existsSync(join(parent, name))) return;
  const taken = join(parent, `.${name}.${randomUUID()}`);
  await rename(join(parent, name), taken);
  await chown(taken, process.getuid?.() ?? 0, process.getgid?.() ?? 0);
  await chmod(taken, 0o700);
  const removals = (await readdir(taken)).map((entry) => removeEntry(join(taken, entry)));
  const isEmpty = (await Promise.all(removals)).every(Boolean);
  if (isEmpty) await removeEntry(taken);
}

/** A file, a link or an empty folder. True when it is gone. */
async function removeEntry(path: string): Promise<boolean> {
  try {
    const isFolder = (await lstat(path)).isDirectory();
    await (isFolder ? rmdir(path) : unlink(path));
    return true;
  } catch {
    return false; // a folder with things in it, or something mounted there
  }
}

export async function enabledUsers(system: SystemPaths): Promise<readonly number[]> {
  if (!existsSync(system.userDirectory)) return [];
  const names = await readdir(system.userDirectory);
  return names
    .filter((name) => /^\d{1,10}$/.test(name))
    .map(Number)
    .toSorted((a, b) => a - b);
}

function tmpfilesOf(system: SystemPaths, uid: number): string {
  return join(system.tmpfilesDirectory, `sanad-user-${uid}.conf`);
}

async function makeFolder(
  parent: string,
  owner: { readonly uid: number; readonly gid: number },
): Promise<void> {
  if (!existsSync(parent)) throw cliError('not_installed', { detail: `no folder ${parent}` });
  const path = join(parent, String(owner.uid));
  if (existsSync(path)) return await setRight(path, owner);
  // Under another name until it is right: the services look at it the moment it appears.
  await removeFolder(parent, `.${owner.uid}.new`);
  const prepared = join(parent, `.${owner.uid}.new`);
  await mkdir(prepared, { mode: 0o700 });
  await setRight(prepared, owner);
  await rename(prepared, path);
}

async function setRight(
  path: string,
  { uid, gid }: { readonly uid: number; readonly gid: number },
): Promise<void> {
  if (!(await lstat(path)).isDirectory()) throw cliError('not_installed', { detail: `${path} is no folder` });
  await chown(path, uid, gid);
  await chmod(path, MODE);
}
