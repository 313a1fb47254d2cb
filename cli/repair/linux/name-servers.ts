import { constants, realpathSync } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { paths } from '#shared/contract/paths.ts';
import { systemNames } from '#shared/contract/system-names.ts';
import type { Place, Remnant } from '../remnant.ts';
import { findProgram, mustRun, runProgram } from './run-program.ts';

const { device } = systemNames;

/**
 * What resolvconf keeps for our interface, or what stands in the file of ours that the administrator has linked
 * /etc/resolv.conf to. systemd-resolved forgets a link's name servers with the link.
 */
export const nameServersPlace: Place = {
  kind: 'name_servers',
  look: async () => [...(await inResolvconf()), ...(await inOwnFile())],
};

async function inResolvconf(): Promise<readonly Remnant[]> {
  if (!hasResolvconf()) return [];
  const { stdout } = await runProgram('resolvconf', ['-l', device]);
  if (stdout.trim() === '') return [];
  const remove = async (): Promise<void> => {
    // -f: that there is nothing to delete is no error.
    await mustRun('resolvconf', ['-f', '-d', device]);
  };
  return [{ kind: 'name_servers', name: `of ${device}, in resolvconf`, remove }];
}

/** The folder is the service's to write too: what lies at our file's name is replaced, never written through. */
async function inOwnFile(): Promise<readonly Remnant[]> {
  if (!(await isOfTunnel(paths.resolvConf))) return [];
  const remove = async (): Promise<void> => {
    const system = await readFile(paths.systemResolvConf);
    const temporary = `${paths.resolvConf}.repair`;
    await rm(temporary, { force: true });
    const file = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o644);
    try {
      await file.chmod(0o644);
      await file.writeFile(system);
    } finally {
      await file.close();
    }
    await rename(temporary, paths.resolvConf);
  };
  return [{ kind: 'name_servers', name: `in ${paths.resolvConf}`, remove }];
}

async function isOfTunnel(path: string): Promise<boolean> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const header = Buffer.from(systemNames.tunnelResolvConf);
      const { buffer } = await file.read(Buffer.alloc(header.length), 0, header.length, 0);
      return buffer.equals(header);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return false;
    throw cause;
  }
}

function hasResolvconf(): boolean {
  const program = findProgram('resolvconf');
  return program !== undefined && !realpathSync(program).endsWith('resolvectl');
}
