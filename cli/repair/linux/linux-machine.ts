import { readAccounts } from '../../administer/accounts.ts';
import type { SystemPaths } from '../../surroundings.ts';
import type { RepairMachine } from '../remnant.ts';
import { firewallPlace } from './firewall.ts';
import { nameServersPlace } from './name-servers.ts';
import { interfacePlace, routesPlace, routingRulePlace } from './network.ts';
import { isServiceAlive, wireguardProcessPlace } from './process.ts';
import { socketPlace } from './socket.ts';
import { stateDirectoryPlace, targetPlace } from './state.ts';

/** The service's account and group have one name. */
const SERVICE = 'sanadd';

export async function linuxMachine(system: SystemPaths): Promise<RepairMachine> {
  const service = await serviceAccount(system);
  return {
    places: [
      ...(service === null ? [] : [stateDirectoryPlace(service)]),
      targetPlace(service),
      interfacePlace,
      wireguardProcessPlace,
      routingRulePlace,
      routesPlace,
      nameServersPlace,
      firewallPlace,
      socketPlace,
    ],
    isServiceAlive: () => Promise.resolve(service !== null && isServiceAlive(service.uid)),
  };
}

/** null: the package is gone already, and with it the account. What it left can be cleared all the same. */
async function serviceAccount({
  passwd,
  group,
}: SystemPaths): Promise<{ readonly uid: number; readonly gid: number } | null> {
  const [users, groups] = await Promise.all([readAccounts(passwd), readAccounts(group)]);
  const uid = users.find(({ name }) => name === SERVICE)?.id;
  const gid = groups.find(({ name }) => name === SERVICE)?.id;
  return uid === undefined || gid === undefined ? null : { uid, gid };
}
