import { routing, type TunnelConfiguration } from '#shared/wireguard/configuration.ts';
import type { IpNetwork } from '#shared/wireguard/ip-network.ts';

/**
 * What never goes outside while the target is protected. It belongs to the tunnel that was asked for, not to
 * its being up: in `blocked`, and after a crash, the same stays closed. A full tunnel closes everything, a split
 * tunnel its own networks and its own DNS servers; so losing a split tunnel does not cost the rest of the
 * network, and what belongs inside still never leaves in the clear.
 */
export type Closure =
  | { readonly kind: 'everything' }
  | {
      readonly kind: 'networks';
      readonly networks: readonly IpNetwork[];
      /** Name servers of the tunnel: port 53 there never goes outside, even where no route covers them. */
      readonly dnsServers: readonly string[];
    };

export function closureFor(configuration: TunnelConfiguration): Closure {
  const routed = routing(configuration);
  if (routed.kind === 'full') return { kind: 'everything' };
  return { kind: 'networks', networks: routed.networks, dnsServers: configuration.dns.servers };
}
