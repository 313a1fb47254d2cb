import type { Problem } from '#shared/contract/problem.ts';
import { findUser, readAccounts } from '../administer/accounts.ts';
import { requireAdministrator } from '../administer/require-administrator.ts';
import { tellDaemon } from '../administer/tell-daemon.ts';
import { enabledUsers, makeUserFolders, removeUserFolders } from '../administer/user-folders.ts';
import { good, problemLines, type Answer, type Line } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';

export async function userEnableCommand(surroundings: Surroundings, named: string): Promise<Answer> {
  requireAdministrator(surroundings);
  const { system } = surroundings;
  const user = await findUser(system.passwd, named);
  await makeUserFolders(system, user.id);
  const daemon = await tellDaemon(surroundings, (told) => told.request('enableUser', { uid: user.id }));
  const lines = [good(`${user.name} may use Sanad.`), ...notice(daemon)];
  return { json: { user: { name: user.name, uid: user.id }, daemon }, lines };
}

/** The service hangs up first: a removed folder alone leaves open conversations open. */
export async function userDisableCommand(surroundings: Surroundings, named: string): Promise<Answer> {
  requireAdministrator(surroundings);
  const { system } = surroundings;
  const user = await findUser(system.passwd, named);
  const daemon = await tellDaemon(surroundings, (told) => told.request('disableUser', { uid: user.id }));
  await removeUserFolders(system, user.id);
  const lines = [good(`${user.name} may no longer use Sanad.`), ...notice(daemon)];
  return { json: { user: { name: user.name, uid: user.id }, daemon }, lines };
}

export async function userListCommand(surroundings: Surroundings): Promise<Answer> {
  requireAdministrator(surroundings);
  const { system } = surroundings;
  const [enabled, accounts] = await Promise.all([enabledUsers(system), readAccounts(system.passwd)]);
  const users = enabled.map((uid) => ({ uid, name: accounts.find(({ id }) => id === uid)?.name ?? null }));
  const lines = users.map(({ uid, name }) => `${name ?? 'unknown'} (${uid})`);
  return { json: { users }, lines: lines.length === 0 ? ['Nobody is enabled.'] : lines };
}

function notice(daemon: Problem | null): readonly Line[] {
  return daemon === null ? [] : problemLines(daemon, 'It takes effect when the service runs. ');
}
