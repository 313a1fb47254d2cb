import type { Peer, TunnelConfiguration } from '#shared/wireguard/configuration.ts';
import { isSingleMachine, readIpAddress, type IpAddress } from '#shared/wireguard/ip-address.ts';
import { mayReach } from '../core/may-reach.ts';
import type { FoundPeer } from '../core/tunnel-event.ts';
import type { PeerAddress } from '../core/tunnel-state.ts';
import type { Fetcher } from '../port/fetcher.ts';
import { describeCause, type Log } from './log.ts';
import { serviceError } from './service-problem.ts';

interface ResolveOptions {
  readonly fetcher: Fetcher;
  /** Asked for only where a peer has a name: those to ask first, once the firewall lets them be asked. */
  readonly nameServers: () => Promise<readonly string[]>;
  readonly ownAddresses: () => readonly string[];
}

/** Where each peer is. Names are asked of the fetcher; an address costs nothing, not even a turn of the loop. */
export function resolvePeers(
  { peers }: TunnelConfiguration,
  options: ResolveOptions,
): readonly PeerAddress[] | Promise<readonly PeerAddress[]> {
  const known = peers.map(addressOf).filter((peer) => peer !== null);
  return known.length === peers.length ? known : resolveNames(peers, options);
}

interface FindOptions {
  readonly fetcher: Fetcher;
  /** Asked first. */
  readonly nameServers: readonly string[];
  readonly log: Log;
}

/** All that each peer's registered host points to now. Never rejects: what does not resolve has no address. */
export async function findPeers(
  peers: readonly Pick<Peer, 'publicKey' | 'endpoint'>[],
  { fetcher, nameServers, log }: FindOptions,
): Promise<readonly FoundPeer[]> {
  const lookUp = async (name: string): Promise<readonly string[]> => {
    try {
      const addresses = (await fetcher.resolve(name, nameServers)).map(readIpAddress).filter(isPeerAddress);
      return addresses.map(({ text }) => text);
    } catch (cause) {
      // The peer stays where it is and is looked for again.
      log({ event: 'peerNotFound', ...describeCause(cause) });
      return [];
    }
  };
  return await Promise.all(
    peers.map(async ({ publicKey, endpoint: { host } }) => ({
      publicKey,
      addresses: host.kind === 'name' ? await lookUp(host.value) : [host.value],
    })),
  );
}

/** null: it has a name. */
function addressOf({ publicKey, endpoint: { host, port } }: Peer): PeerAddress | null {
  return host.kind === 'name' ? null : { publicKey, address: host.value, port };
}

async function resolveNames(
  peers: readonly Peer[],
  { fetcher, nameServers, ownAddresses }: ResolveOptions,
): Promise<readonly PeerAddress[]> {
  const servers = await nameServers();
  return await Promise.all(
    peers.map(async (peer) => {
      const { publicKey, endpoint } = peer;
      const name = endpoint.host.value;
      const known = addressOf(peer);
      if (known !== null) return known;
      const address = firstReachable(await fetcher.resolve(name, servers), ownAddresses());
      if (address === undefined) throw serviceError('endpoint_unresolvable', { detail: name });
      return { publicKey, address, port: endpoint.port };
    }),
  );
}

/** The system's resolver has sorted them by what this machine can reach (RFC 6724); name servers have not. */
function firstReachable(found: readonly string[], own: readonly string[]): string | undefined {
  const addresses = found
    .map(readIpAddress)
    .filter(isPeerAddress)
    .map(({ text }) => text);
  return addresses.find((address) => mayReach(address, own)) ?? addresses[0];
}

/** As strict as for an address that stands in the configuration: the fetcher may have been told anything. */
function isPeerAddress(address: IpAddress | undefined): address is IpAddress {
  return address !== undefined && isSingleMachine(address);
}
