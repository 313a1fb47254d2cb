/** What the firewall has to know about this machine, whatever the tunnel's state. */
export interface Surroundings {
  /** The one interface Sanad uses, e.g. sanad0. */
  readonly tunnelInterface: string;
  /** Carried by the encrypted packets and by nothing else. */
  readonly mark: number;
  /** null: there is no fetcher on this machine, so nobody is let out for it. */
  readonly fetcher: FetcherAccess | null;
  /** The uid of the time service: without time no certificate can be judged. */
  readonly timeUid: number | null;
}

/** What sanad-fetch may reach while the firewall is closed. */
export interface FetcherAccess {
  readonly uid: number;
  /** TCP only. */
  readonly origins: readonly SocketAddress[];
  /** The system's resolvers as they were before the tunnel's DNS; UDP and TCP port 53. */
  readonly resolvers: readonly string[];
}

export interface SocketAddress {
  /** IPv4, or IPv6 without brackets; never a name. */
  readonly address: string;
  readonly port: number;
}
