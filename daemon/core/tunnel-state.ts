import type { Problem } from '#shared/contract/problem.ts';
import type { VerifiedRegistration } from '#shared/registration/verify-registration.ts';
import type { PublicKey } from '#shared/wireguard/key.ts';
import type { Closure } from './closure.ts';
import type { SocketAddress, Surroundings } from './surroundings.ts';

/** Where a peer is, with its host name already resolved. */
export interface PeerAddress extends SocketAddress {
  readonly publicKey: PublicKey;
}

/** A verified wish for a tunnel. Lives in memory only: its configuration holds the secrets. */
export interface ConnectRequest {
  /** The uid that asked. Only this user (or the administrator) may end it. */
  readonly owner: number;
  readonly tunnel: string;
  readonly registration: VerifiedRegistration;
  /** One for each peer of the configuration. */
  readonly peers: readonly PeerAddress[];
}

/** What the user wants, as it is kept on disk. Holds no secret. */
export type Target = { readonly kind: 'unprotected' } | ProtectedTarget;

export interface ProtectedTarget {
  readonly kind: 'protected';
  /** null: the file on disk could not be read, so nobody knows; only the administrator may end it. */
  readonly owner: number | null;
  readonly tunnel: string | null;
  readonly closure: Closure;
  /** Packets to these that arrive elsewhere than through the tunnel are dropped. Without prefix length. */
  readonly tunnelAddresses: readonly string[];
}

/** The tunnel machine's state: what every state has, and which one it is. */
export type TunnelState = Common & Situation;
/** One of the states, e.g. `StateOf<'connected'>`. */
export type StateOf<Kind extends Situation['kind']> = Common & Extract<Situation, { readonly kind: Kind }>;

export interface Common {
  /** Numbers efforts. A completion that carries another number comes late and moves nothing. */
  readonly attempt: number;
  /** Numbers the rounds of recoveries, as `attempt` numbers efforts; it never starts over. */
  readonly rounds: number;
  /** The firewall as last heard of. `unknown`: its last change failed. */
  readonly firewall: 'open' | 'closed' | 'unknown';
  readonly surroundings: Surroundings;
  /** What last failed without changing the state (it is tried again, or lived with); shown as a warning. */
  readonly trouble: Problem | null;
}

export type Situation =
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'connecting'; readonly request: ConnectRequest; readonly stage: ConnectingStage }
  | {
      readonly kind: 'connected';
      readonly request: ConnectRequest;
      /** Epoch seconds. */
      readonly since: number;
      /** null: every peer answers, from where it was told to be. */
      readonly recovery: Recovery | null;
    }
  | {
      readonly kind: 'disconnecting';
      /** `cutting_off`: encrypted packets are stopped first, so that a tunnel that will not go is mute. */
      readonly stage: 'cutting_off' | 'taking_tunnel_down' | 'opening_firewall';
      /** What stays closed until the tunnel is known to be gone. */
      readonly from: Target;
      readonly then: Afterwards;
      /** How often this stage has failed so far; `trouble` says how. It is tried again until it works. */
      readonly failures: number;
    }
  | {
      /** No tunnel, and what belongs into it stays closed. The tunnel is known to be gone. */
      readonly kind: 'blocked';
      readonly target: ProtectedTarget;
      readonly cause: Problem;
    };

export type ConnectingStage =
  | { readonly kind: 'closing_firewall'; readonly firewallClosed: boolean; readonly targetStored: boolean }
  | { readonly kind: 'configuring_tunnel' }
  | { readonly kind: 'waiting_for_handshake'; readonly handshakeAt: number | null; readonly dnsSet: boolean };

/** A peer that its counters tell is not well. */
export type TroubledPeer = { readonly publicKey: PublicKey } & (
  | {
      /** Nothing answers what is sent there. */
      readonly kind: 'silent';
      /** Epoch seconds. */
      readonly since: number;
    }
  | {
      /** The peer has moved, or somebody relays its packets: the device sends elsewhere than it was told. */
      readonly kind: 'strayed';
      readonly to: SocketAddress;
    }
  | {
      /** The machine has no address of a kind from which packets could go there, but others. */
      readonly kind: 'unreachable';
      /** This machine's addresses outside the tunnel. */
      readonly own: readonly string[];
    }
);

/**
 * Peers are looked for anew, in rounds that are further apart each time. A round asks for the addresses of their
 * registered names, has the firewall allow those too, and only then tells the device. Protection stands all along.
 */
export interface Recovery {
  /** As last heard. Empty: well again; the recovery ends when its round does. */
  readonly troubled: readonly TroubledPeer[];
  /** The round under way. A completion that carries another comes late and moves nothing. */
  readonly round: number;
  /** Rounds since the trouble began, or since the network changed. */
  readonly tries: number;
  /** The network changed during the round, which asked the former one: the next begins as soon as it is done. */
  readonly again: boolean;
  readonly stage: RecoveryStage;
}

export type RecoveryStage =
  | { readonly kind: 'resolving' }
  /** The firewall is told the addresses to come beside those that are. */
  | { readonly kind: 'allowing'; readonly moves: readonly PeerAddress[] }
  | { readonly kind: 'moving'; readonly moves: readonly PeerAddress[] }
  | { readonly kind: 'waiting' };

export type Afterwards =
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'connecting'; readonly request: ConnectRequest }
  | { readonly kind: 'blocked'; readonly target: ProtectedTarget; readonly cause: Problem };
