import type { Endpoint } from './endpoint.ts';
import { coverFamily, type IpNetwork } from './ip-network.ts';
import type { PresharedKey, PrivateKey, PublicKey } from './key.ts';

/** Everything Sanad knows about one tunnel. Holds secrets that do not print themselves. */
export interface TunnelConfiguration {
  readonly privateKey: PrivateKey;
  /** The interface's own addresses, host bits kept. */
  readonly addresses: readonly IpNetwork[];
  readonly dns: {
    /** Addresses: dotted decimal or RFC 5952. */
    readonly servers: readonly string[];
    /** A-label names. */
    readonly searchDomains: readonly string[];
  };
  /** Absent: whatever the platform finds right. */
  readonly mtu?: number;
  /** Absent: any free port. */
  readonly listenPort?: number;
  readonly peers: readonly Peer[];
}

export interface Peer {
  /** The peer's identity; no two peers of a tunnel share one. */
  readonly publicKey: PublicKey;
  readonly presharedKey?: PresharedKey;
  readonly endpoint: Endpoint;
  readonly allowedIps: readonly IpNetwork[];
  /** Absent: off. */
  readonly persistentKeepaliveSeconds?: number;
}

export type Routing =
  { readonly kind: 'full' } | { readonly kind: 'split'; readonly networks: readonly IpNetwork[] };

/**
 * Full: all of IPv4 or all of IPv6 goes to some peer, by a default route or by halves that make one. Whoever
 * asks for all of one family does not expect the other to pass outside.
 */
export function routing(configuration: TunnelConfiguration): Routing {
  const networks = configuration.peers.flatMap((peer) => peer.allowedIps);
  if (coverFamily(networks, 4) || coverFamily(networks, 6)) return { kind: 'full' };
  return { kind: 'split', networks };
}
