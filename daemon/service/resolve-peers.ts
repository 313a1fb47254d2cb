import type { Peer, TunnelConfiguration } from '#shared/wireguard/configuration.ts';
import { isSingleMachine, readIpAddress, type IpAddress } from '#shared/wireguard/ip-address.ts';
import type { FoundPeer } from '../core/tunnel-event.ts';
import type { PeerAddress } from '../core/tunnel-state.ts';
import type { Fetcher } from '../port/fetcher.ts';
import { describeCause, type Log } from './log.ts';
import { serviceError } from './service-problem.ts';

/** Where each peer is. Names are asked of the fetcher; an address costs nothing, not even a turn of the loop. */
export function resolvePeers(
  configuration: TunnelConfiguration,
  fetcher: Fetcher,
): readonly PeerAddress[] | Promise<readonly PeerAddress[]> {
  const resolved = configuration.peers.map((peer) => resolvePeer(peer, fetcher));
  const known = resolved.filter((peer): peer is PeerAddress => !(peer instanceof Promise));
  return known.length === resolved.length
    ? known
    : Promise.all(resolved.map((peer) => Promise.resolve(peer)));
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

function resolvePeer(peer: Peer, fetcher: Fetcher): PeerAddress | Promise<PeerAddress> {
  const { host, port } = peer.endpoint;
  if (host.kind === 'name') return resolveName(peer, fetcher);
  return { publicKey: peer.publicKey, address: host.value, port };
}

async function resolveName({ publicKey, endpoint }: Peer, fetcher: Fetcher): Promise<PeerAddress> {
  const addresses = await fetcher.resolve(endpoint.host.value);
  // The resolver has sorted them by what this machine can reach (RFC 6724).
  const address = addresses.map(readIpAddress).find(isPeerAddress);
  if (address === undefined) throw serviceError('endpoint_unresolvable', { detail: endpoint.host.value });
  return { publicKey, address: address.text, port: endpoint.port };
}

/** As strict as for an address that stands in the configuration: the fetcher may have been told anything. */
function isPeerAddress(address: IpAddress | undefined): address is IpAddress {
  return address !== undefined && isSingleMachine(address);
}
