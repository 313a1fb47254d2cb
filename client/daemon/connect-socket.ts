import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { within } from '../within.ts';
import { daemonError } from './daemon-problem.ts';

const CONNECT_MILLISECONDS = 2000;

/** Opens the service's socket; says which of the things that can be missing is missing. */
export async function connectSocket(path: string): Promise<Socket> {
  const socket = connect(path);
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  socket.once('connect', () => resolve(socket));
  socket.once('error', reject);
  try {
    return await within(CONNECT_MILLISECONDS, promise, () => daemonError('daemon_timeout'));
  } catch (cause) {
    socket.destroy();
    throw problemOf(path, cause);
  }
}

function problemOf(path: string, cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  // The folder lets one user through: another one is refused by the kernel, before the service hears of it.
  if (code === 'EACCES') return daemonError('user_not_enabled', { cause });
  if (code === 'ENOENT' && isOthersPrepared(path)) return daemonError('user_not_enabled', { cause });
  return code === undefined ? cause : daemonError('daemon_unreachable', { cause });
}

/** The folder of all users is there, and this user's is not. */
function isOthersPrepared(path: string): boolean {
  const own = dirname(path);
  return !existsSync(own) && existsSync(dirname(own));
}
