import { readFileSync } from 'node:fs';

/**
 * The uid of an account, given by name or number as in a unit's file; null where it was not given or there is no such
 * account. Then nobody is let out for it while the firewall is closed, which is no reason not to close it.
 */
export function accountUid(account: string | undefined, passwd = '/etc/passwd'): number | null {
  if (account === undefined) return null;
  if (/^(?:0|[1-9][0-9]{0,9})$/.test(account)) return Number(account);
  for (const line of linesOf(passwd)) {
    const [name, , uid = ''] = line.split(':');
    if (name === account && /^[0-9]{1,10}$/.test(uid)) return Number(uid);
  }
  return null;
}

function linesOf(passwd: string): readonly string[] {
  try {
    return readFileSync(passwd, 'utf8').split('\n');
  } catch {
    return [];
  }
}
