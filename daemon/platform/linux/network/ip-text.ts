import { namesOutsideRules, routingRules } from '#shared/contract/system-names.ts';
import { coverFamily, formatIpNetwork, type IpNetwork } from '#shared/wireguard/ip-network.ts';
import { readIpAddress } from '#shared/wireguard/ip-address.ts';
import type { NamesOutside, NetworkState } from '../../../port/network.ts';

export type Family = 4 | 6;

export interface RoutingNames {
  readonly device: string;
  /** Mark of the encrypted packets; also the number of the routing table, as wg-quick(8) does it. */
  readonly mark: number;
}

/**
 * Lines for one `ip -FAMILY -batch -`. Link first: a route over a link that is down is refused. Both families
 * bring it up, so that neither has to wait for the other.
 */
export function renderSet(state: NetworkState, family: Family, names: RoutingNames): readonly string[] {
  const { device, mark } = names;
  const ofFamily = (network: IpNetwork): boolean => network.family === family;
  const routes = state.routes.filter(ofFamily);
  return [
    `link set dev ${device} mtu ${state.mtu} up`,
    ...state.addresses.filter(ofFamily).map((it) => `address replace ${formatIpNetwork(it)} dev ${device}`),
    ...routes.map((route) => `route replace ${formatIpNetwork(route)} dev ${device} table ${mark}`),
    ...(routes.length === 0 ? [] : renderRules(coverFamily(routes, family), mark)),
    ...(routes.length === 0 ? [] : renderNamesOutside(state.namesOutside, family)),
  ];
}

function renderNamesOutside(outside: NamesOutside | null, family: Family): readonly string[] {
  if (outside === null) return [];
  const { uid, servers } = outside;
  return servers
    .filter((server) => readIpAddress(server)?.family === family)
    .map((server) => `rule add uidrange ${uid}-${uid} to ${server} dport 53 ${namesOutsideRules}`);
}

/**
 * Everything but the encrypted packets asks the tunnel's table first. In a full tunnel the main table is asked
 * before it, its default route aside, so that connected networks are not sent into the tunnel (the firewall
 * drops them); in a split tunnel what belongs inside goes inside whatever the main table knows.
 */
function renderRules(isFull: boolean, mark: number): readonly string[] {
  const { tunnel, mainExceptDefault } = routingRules(mark);
  return (isFull ? [tunnel, mainExceptDefault] : [tunnel]).map((rule) => `rule add ${rule}`);
}

/** Takes away whatever `renderSet` may have made. Each line may fail: most of it is absent already. */
export function renderClear({ device, mark }: RoutingNames): readonly string[] {
  const { tunnel, mainExceptDefault } = routingRules(mark);
  return [
    `rule del ${mainExceptDefault}`,
    `rule del ${tunnel}`,
    `rule flush ${namesOutsideRules}`,
    `route flush table ${mark}`,
    `address flush dev ${device}`,
    `link set dev ${device} down`,
  ];
}

/**
 * A fresh device once up and down, so that wireguard-go's own state is "down" and no UDP port is open while it
 * is idle; and no link-local address, which would send router solicitations into the tunnel.
 */
export function renderFreshDevice({ device }: RoutingNames): readonly string[] {
  return [
    `link set dev ${device} addrgenmode none`,
    `link set dev ${device} up`,
    `link set dev ${device} down`,
  ];
}

export interface BatchFailure {
  /** Which line, counted from 1 since the process was started. */
  readonly line: number;
  /** What `ip` said. */
  readonly reason: string;
}

/**
 * Reads what `ip -force -batch -` wrote to standard error: complaints, each followed by "Command failed -:LINE".
 * Undefined until the line `endLine` has failed; that one is made to fail, to mark the end.
 */
export function parseBatchErrors(text: string, endLine: number): readonly BatchFailure[] | undefined {
  const failures: BatchFailure[] = [];
  const failed = /([^]*?)Command failed -:(\d+)\n/g;
  for (const [, reason = '', line] of text.matchAll(failed)) {
    if (Number(line) === endLine) return failures;
    failures.push({ line: Number(line), reason: reason.trim().replaceAll(/\s+/g, ' ') });
  }
  return undefined;
}
