import { readFile } from 'node:fs/promises';
import { cliError } from '../cli-problem.ts';

export interface Account {
  readonly name: string;
  readonly id: number;
}

/** passwd(5) and group(5) agree in their first three columns: name, password, number. */
export async function readAccounts(path: string): Promise<readonly Account[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  return lines.flatMap((line) => {
    const [name = '', , id = ''] = line.split(':');
    return name !== '' && /^\d{1,10}$/.test(id) ? [{ name, id: Number(id) }] : [];
  });
}

/** A person by name or number; a number need not be in the file (directory services). */
export async function findUser(passwd: string, named: string): Promise<Account> {
  const accounts = await readAccounts(passwd);
  const found = accounts.find(({ name, id }) => name === named || String(id) === named);
  if (found !== undefined) return found;
  const id = /^\d{1,10}$/.test(named) ? Number(named) : Number.NaN;
  // 4,294,967,295 is "no user" to the kernel.
  if (!(id <= 4_294_967_294)) throw cliError('account_unknown');
  return { name: named, id };
}

export async function groupId(path: string, name: string): Promise<number> {
  const found = (await readAccounts(path)).find((group) => group.name === name);
  if (found === undefined) throw cliError('not_installed', { detail: `no group ${name}` });
  return found.id;
}
