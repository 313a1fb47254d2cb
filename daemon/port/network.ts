import type { IpNetwork } from '#shared/wireguard/ip-network.ts';

/** Addresses, link, routes and rules of the tunnel's interface: the whole desired state. */
export interface NetworkState {
  /** With their host bits. */
  readonly addresses: readonly IpNetwork[];
  readonly mtu: number;
  /** What goes into the tunnel. */
  readonly routes: readonly IpNetwork[];
  /** Who asks these name servers past the tunnel: where a peer is that does not answer, the tunnel cannot say. */
  readonly namesOutside: NamesOutside | null;
}

export interface NamesOutside {
  readonly uid: number;
  /** IPv4, or IPv6 without brackets. */
  readonly servers: readonly string[];
}

/** The system's routing. Calls are carried out in the order they were made; each is safe to repeat. */
export interface Network {
  /** The device is there, perhaps anew: whatever was known about an older one is forgotten. */
  prepare(): Promise<void>;
  /** Throws SanadError `set_routes_failed`. */
  set(state: NetworkState): Promise<void>;
  /** Takes away all that `set` made. What is absent already is no failure. */
  clear(): Promise<void>;
  /** This machine's own addresses but for loopback's and the tunnel's, in one order. */
  ownAddresses(): readonly string[];
  close(): Promise<void>;
}
