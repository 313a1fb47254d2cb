import type { VerifiedRegistration } from '#shared/registration/verify-registration.ts';
import type { IpNetwork } from '#shared/wireguard/ip-network.ts';
import type { SocketAddress } from '../core/surroundings.ts';
import type { PeerAddress } from '../core/tunnel-state.ts';

/**
 * The one WireGuard device. It is made ahead and kept idle (no key, no peer), so that bringing a tunnel up
 * starts nothing. Failures are SanadErrors whose code names the stage.
 */
export interface WireGuard {
  /** Makes an idle device out of whatever is there. Safe to repeat. */
  prepare(): Promise<void>;
  /** Gives the device its whole configuration; peers are called at once. Refuses what was not verified. */
  bringUp(tunnel: BringUp): Promise<void>;
  /** Resolves with the time (epoch seconds) of the first handshake after `bringUp`; null when aborted. */
  awaitHandshake(signal: AbortSignal): Promise<number | null>;
  /** Peers of the running tunnel get other addresses; nothing else of them changes. */
  move(peers: readonly PeerAddress[]): Promise<void>;
  read(): Promise<readonly PeerReading[]>;
  /** Forgets key and peers; the device stays, idle. An absent device is no failure. */
  takeDown(): Promise<void>;
  /** Told when the device went without having been asked to. `prepare` makes another. */
  onVanished(listener: () => void): void;
  /** Removes the device. */
  close(): Promise<void>;
}

export interface BringUp {
  readonly registration: VerifiedRegistration;
  /** One for each peer of the registration's configuration. */
  readonly peers: readonly PeerAddress[];
}

export interface PeerReading {
  readonly publicKey: string;
  /** Where packets go now. null: nowhere yet. */
  readonly endpoint: SocketAddress | null;
  readonly allowedIps: readonly IpNetwork[];
  /** Epoch seconds. */
  readonly latestHandshakeAt: number | null;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}
