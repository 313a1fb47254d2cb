import { accessSync, constants } from 'node:fs';
import { platformError } from './platform-problem.ts';

/**
 * Where each program may lie: absolute, owned by the system, never looked up in PATH (CVE-2024-27303 and its
 * kin: whoever writes a directory of the search path would run as the service).
 */
const places = {
  ip: ['/usr/sbin/ip', '/usr/bin/ip', '/sbin/ip', '/bin/ip'],
  wg: ['/usr/bin/wg', '/bin/wg'],
  'wireguard-go': ['/usr/bin/wireguard-go', '/usr/sbin/wireguard-go'],
  setpriv: ['/usr/bin/setpriv', '/bin/setpriv'],
  resolvconf: ['/usr/sbin/resolvconf', '/sbin/resolvconf', '/usr/bin/resolvconf'],
} as const;

export type ProgramName = keyof typeof places;

export function findProgram(name: ProgramName): string | undefined {
  return places[name].find(isExecutable);
}

export function requireProgram(name: ProgramName): string {
  const found = findProgram(name);
  if (found === undefined) throw platformError('program_missing', { detail: name });
  return found;
}

/** All that a child process sees: no variable of the caller reaches it. */
export const childEnvironment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C', LC_ALL: 'C' } as const;

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // absent or not ours to run: the same
  }
}
