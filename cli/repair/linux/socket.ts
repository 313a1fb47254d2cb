import { lstat, readdir, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { paths } from '#shared/contract/paths.ts';
import { systemNames } from '#shared/contract/system-names.ts';
import type { Place } from '../remnant.ts';

/** Sockets of ours behind which nobody listens any more. The folders stay: they say who is enabled. */
export const socketPlace: Place = {
  kind: 'socket',
  look: async () => {
    const candidates = [
      paths.adminSocket,
      paths.fetchSocket,
      join(systemNames.wireguardDirectory, `${systemNames.device}.sock`),
      ...(await inEachOf(paths.userDirectory, paths.userSocketName)),
      ...(await inEachOf(paths.relayDirectory, paths.relaySocketName)),
    ];
    const stale = await Promise.all(candidates.map(isStale));
    return candidates
      .filter((_, at) => stale[at])
      .map((path) => ({ kind: 'socket', name: path, remove: () => remove(path) }));
  },
};

async function inEachOf(directory: string, name: string): Promise<readonly string[]> {
  const users = await readdir(directory).catch(() => []);
  return users.filter((user) => /^\d{1,10}$/.test(user)).map((user) => join(directory, user, name));
}

/**
 * A user owns the folder of their socket and may have put anything there: what is no socket is not ours, and a link
 * is not followed.
 */
async function isStale(path: string): Promise<boolean> {
  const state = await lstat(path).catch(() => null);
  if (state?.isSocket() !== true) return false;
  return await new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', (error) => resolve('code' in error && error.code === 'ECONNREFUSED'));
  });
}

/** Takes the name away, whatever has it by now; it goes nowhere else. */
async function remove(path: string): Promise<void> {
  await unlink(path).catch((cause: unknown) => {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause;
  });
}
