import type { VerifiedRegistration } from '#shared/registration/verify-registration.ts';
import type { Peer, TunnelConfiguration } from '#shared/wireguard/configuration.ts';
import type { FirewallPolicy } from './firewall-policy.ts';
import type { PeerAddress, Target } from './tunnel-state.ts';

/**
 * What to do. Each is answered by one completion event with the same `attempt` or `round`. Effects on one thing (firewall,
 * disk, tunnel) are carried out one at a time in the order given; different things side by side. DNS and
 * handshake belong to the tunnel, but `takeTunnelDown` need not wait for a handshake: it ends the waiting.
 */
export type TunnelEffect = AttemptEffect | RoundEffect;

type AttemptEffect = { readonly attempt: number } & (
  | { readonly kind: 'applyFirewall'; readonly policy: FirewallPolicy }
  | { readonly kind: 'storeTarget'; readonly target: Target }
  /** The only effect that brings a tunnel up: it carries the proof that it may. */
  | {
      readonly kind: 'bringTunnelUp';
      readonly registration: VerifiedRegistration;
      readonly peers: readonly PeerAddress[];
    }
  | { readonly kind: 'setDns'; readonly dns: TunnelConfiguration['dns'] }
  | { readonly kind: 'awaitHandshake'; readonly timeoutSeconds: number }
  /** DNS, routes, addresses, device; what is absent already is no failure. */
  | { readonly kind: 'takeTunnelDown' }
  /** Answered by `woke` after that time. */
  | { readonly kind: 'wakeAfter'; readonly seconds: number }
);

/** A recovery's. Each is answered by one completion event with the same `round`. */
type RoundEffect = { readonly round: number } &
  /** All addresses of each peer's registered host. A name that has none at present is no failure. */
  (
    | { readonly kind: 'resolvePeers'; readonly peers: readonly Pick<Peer, 'publicKey' | 'endpoint'>[] }
    /** Belongs to the tunnel. The device's peers get these addresses; nothing else of them changes. */
    | { readonly kind: 'movePeers'; readonly peers: readonly PeerAddress[] }
    /** Answered by `roundDue` after that time. */
    | { readonly kind: 'waitForRound'; readonly seconds: number }
  );
