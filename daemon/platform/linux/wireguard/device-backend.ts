import type { PublicKey } from '#shared/wireguard/key.ts';
import type { PeerAddress } from '../../../core/tunnel-state.ts';
import type { PeerReading } from '../../../port/wireguard.ts';
import type { DeviceConfiguration } from './device-configuration.ts';

/** Where WireGuard runs: in the kernel, or in a process of its own. */
export interface DeviceBackend {
  readonly name: 'kernel' | 'wireguard-go';
  /** A fresh device in place of whatever is there. */
  make(): Promise<void>;
  isThere(): boolean;
  /** Told when the device that `make` made went by itself. */
  onGone(listener: () => void): void;
  configure(configuration: DeviceConfiguration): Promise<void>;
  setKeepalive(peers: readonly PublicKey[], seconds: number): Promise<void>;
  setEndpoints(peers: readonly PeerAddress[]): Promise<void>;
  read(): Promise<readonly PeerReading[]>;
  /** No key and no peer. */
  clear(): Promise<void>;
  remove(): Promise<void>;
}
