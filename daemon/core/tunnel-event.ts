import type { Problem } from '#shared/contract/problem.ts';
import type { VerifiedRegistration } from '#shared/registration/verify-registration.ts';
import type { PublicKey } from '#shared/wireguard/key.ts';
import type { FirewallPolicy } from './firewall-policy.ts';
import type { Surroundings } from './surroundings.ts';
import type { ConnectRequest, Target, TroubledPeer } from './tunnel-state.ts';

/** What happened. `at` is epoch seconds; `attempt` or `round` is that of the effect this completes. */
export type TunnelEvent = Wish | Fact | CompletionEvent | RoundCompletionEvent;
export type EventOf<Kind extends TunnelEvent['kind']> = Extract<TunnelEvent, { readonly kind: Kind }>;

type Wish =
  | { readonly kind: 'connectRequested'; readonly request: ConnectRequest }
  | { readonly kind: 'disconnectRequested' };

type Fact =
  /**
   * First event of a run. `cause`: why it starts blocked, when another reason is known than that the
   * credentials were in memory only (e.g. the file on disk is corrupt).
   */
  | { readonly kind: 'started'; readonly target: Target; readonly cause?: Problem }
  /** `certificateText`: whose validity is lost; the loss of one since replaced moves nothing. */
  | { readonly kind: 'registrationLost'; readonly certificateText: string; readonly refusal: Problem }
  /** Another certificate for the same configuration (renewal). */
  | { readonly kind: 'registrationReplaced'; readonly registration: VerifiedRegistration }
  /** The interface is gone, or no longer is what was verified, without anybody having asked. */
  | { readonly kind: 'interfaceVanished'; readonly at: number }
  /** Origins were resolved anew, resolvers changed: the firewall follows. */
  | { readonly kind: 'surroundingsChanged'; readonly surroundings: Surroundings }
  /** All peers that are not well now; none: all are. */
  | { readonly kind: 'troubledPeersChanged'; readonly troubled: readonly TroubledPeer[] }
  /** The machine slept or has other addresses: what did not work before may work now. */
  | { readonly kind: 'networkChanged' };

/** The answer to an effect. */
export type CompletionEvent = { readonly attempt: number } & (
  | { readonly kind: 'firewallApplied'; readonly policy: FirewallPolicy['kind'] }
  | { readonly kind: 'firewallFailed'; readonly problem: Problem }
  | { readonly kind: 'targetStored' }
  | { readonly kind: 'targetStoreFailed'; readonly problem: Problem }
  | { readonly kind: 'tunnelBroughtUp' }
  /** The problem's code names the stage: `set_routes_failed`, `configure_device_failed`. */
  | { readonly kind: 'tunnelFailed'; readonly problem: Problem }
  | { readonly kind: 'dnsSet' }
  | { readonly kind: 'dnsFailed'; readonly problem: Problem }
  | { readonly kind: 'handshakeCompleted'; readonly at: number }
  | { readonly kind: 'handshakeTimedOut' }
  | { readonly kind: 'tunnelTakenDown' }
  | { readonly kind: 'tunnelTakeDownFailed'; readonly problem: Problem }
  | { readonly kind: 'woke' }
);

/** `fraction`: from 0 to below 1, drawn anew each time, for the jitter of what follows. */
export type RoundCompletionEvent = { readonly round: number } & (
  | { readonly kind: 'peersResolved'; readonly found: readonly FoundPeer[]; readonly fraction: number }
  | { readonly kind: 'peersMoved'; readonly fraction: number }
  | { readonly kind: 'peersNotMoved'; readonly problem: Problem; readonly fraction: number }
  | { readonly kind: 'roundDue' }
);

export interface FoundPeer {
  readonly publicKey: PublicKey;
  /** Of its registered host, the best first. Empty: none was found. */
  readonly addresses: readonly string[];
}

export type CompletionOf<Kind extends CompletionEvent['kind']> = Extract<
  CompletionEvent,
  { readonly kind: Kind }
>;
