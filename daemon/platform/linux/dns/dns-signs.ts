import { existsSync, lstatSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { findProgram } from '../program.ts';
import type { DnsSigns } from './choose-dns.ts';

const RESOLV_CONF = '/etc/resolv.conf';
const MOST_CHARACTERS_LOOKED_AT = 4096;

/** Looks at the system: a few calls of the kernel, because it is asked before each connect. */
export function readDnsSigns(): DnsSigns {
  return {
    resolvConf: readResolvConf(),
    resolvconf: readResolvconf(),
    hasResolvectl: findProgram('resolvectl') !== undefined,
    hasResolved: existsSync('/run/systemd/resolve/resolv.conf'),
  };
}

function readResolvConf(): DnsSigns['resolvConf'] {
  try {
    if (!lstatSync(RESOLV_CONF).isSymbolicLink()) {
      return { kind: 'file', text: readFileSync(RESOLV_CONF, 'utf8').slice(0, MOST_CHARACTERS_LOOKED_AT) };
    }
    return { kind: 'link', target: endOf(resolve(dirname(RESOLV_CONF), readlinkSync(RESOLV_CONF))) };
  } catch {
    return { kind: 'absent' }; // or unreadable: programs cannot read it either
  }
}

/** Through further links where there are any; what is not there (yet) is named as it would be. */
function endOf(target: string): string {
  try {
    return realpathSync(target);
  } catch {
    return target;
  }
}

function readResolvconf(): DnsSigns['resolvconf'] {
  const program = findProgram('resolvconf');
  if (program === undefined) return 'absent';
  return realpathSync(program).endsWith('resolvectl') ? 'resolvectl' : 'own';
}
