import { BlockList, isIPv4 } from 'node:net';
import type { ClosedPolicy, FirewallPolicy } from '#daemon/core/firewall-policy.ts';
import type { TunnelConfiguration } from '#shared/wireguard/configuration.ts';
import type { IpNetwork } from '#shared/wireguard/ip-network.ts';

/** A packet of an ordinary program on its way out, or (marked) an encrypted one. */
export interface Packet {
  readonly name: string;
  readonly to: string;
  readonly port: number;
  readonly isMarked: boolean;
}

const packet = (name: string, to: string, port = 443, isMarked = false): Packet => ({
  name,
  to,
  port,
  isMarked,
});

/** To the internet, and into what each of the simulation's tunnels carries. */
export const plainPackets: readonly Packet[] = [
  packet('internet', '198.18.0.80'),
  packet('internet, IPv6', '2001:db8:80::80'),
  packet('10.0.0.0/8', '10.200.3.4'),
  packet('10.1.0.0/16', '10.1.0.9'),
  packet('10.2.0.0/16', '10.2.0.9'),
  packet('192.168.7.0/24', '192.168.7.9'),
  packet('fd77::/64', 'fd77::9'),
  packet('name server of a split tunnel', '10.0.0.53', 53),
];

/** To a machine that relays a peer's packets, which no name ever pointed to: never allowed while closed. */
export const rogue: Packet = packet('marked, to a rogue', '192.0.2.66', 51_820, true);

/** Whether a packet leaves the machine outside the tunnel, under what the kernel has now. */
export function leaves(policy: FirewallPolicy, one: Packet): boolean {
  if (policy.kind === 'open') return true;
  if (one.isMarked)
    return policy.endpoints.some(({ address, port }) => address === one.to && port === one.port);
  return !isClosedTo(policy.closure, one);
}

/** Whether this configuration's protection is about that packet: read from the configuration alone. */
export function isAbout(configuration: TunnelConfiguration, one: Packet): boolean {
  const networks = configuration.peers.flatMap(({ allowedIps }) => allowedIps);
  if (networks.some(({ prefixLength }) => prefixLength === 0)) return true;
  const isForNameServer = one.port === 53 && configuration.dns.servers.includes(one.to);
  return isForNameServer || isInside(networks, one);
}

/** The same of what stood on disk. */
export function isClosedTo(closure: ClosedPolicy['closure'], one: Packet): boolean {
  if (closure.kind === 'everything') return true;
  return (one.port === 53 && closure.dnsServers.includes(one.to)) || isInside(closure.networks, one);
}

/** Node's own reading of addresses, not Sanad's; asked once for each pair, because it is slow. */
const known = new Map<string, boolean>();

function isInside(networks: readonly IpNetwork[], { to }: Packet): boolean {
  return networks.some((network) => {
    const { address, prefixLength } = network;
    const pair = `${address}/${prefixLength} ${to}`;
    const is = known.get(pair) ?? ask(network, to);
    known.set(pair, is);
    return is;
  });
}

function ask({ address, prefixLength, family }: IpNetwork, to: string): boolean {
  const list = new BlockList();
  list.addSubnet(address, prefixLength, family === 4 ? 'ipv4' : 'ipv6');
  return list.check(to, isIPv4(to) ? 'ipv4' : 'ipv6');
}
