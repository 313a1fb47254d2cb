import { isVerifiedRegistration } from '#shared/registration/verify-registration.ts';
import type { Peer } from '#shared/wireguard/configuration.ts';
import type { IpNetwork } from '#shared/wireguard/ip-network.ts';
import type { PresharedKey, PrivateKey, PublicKey } from '#shared/wireguard/key.ts';
import type { SocketAddress } from '../../../core/surroundings.ts';
import type { BringUp } from '../../../port/wireguard.ts';
import { platformError } from '../platform-problem.ts';

/** All that a WireGuard device is told. */
export interface DeviceConfiguration {
  readonly privateKey: PrivateKey;
  /** 0: any free port. */
  readonly listenPort: number;
  readonly mark: number;
  readonly peers: readonly DevicePeer[];
}

export interface DevicePeer {
  readonly publicKey: PublicKey;
  readonly presharedKey: PresharedKey | undefined;
  readonly endpoint: SocketAddress;
  readonly allowedIps: readonly IpNetwork[];
  /** 0: off. */
  readonly keepaliveSeconds: number;
}

/**
 * Until the first handshake every peer is kept alive at this interval, because a peer that is to be kept alive
 * is called at once instead of with the first packet.
 */
const CALLING_KEEPALIVE_SECONDS = 1;

/** The one way to a device's configuration: through the gate. */
export function deviceConfigurationOf({ registration, peers }: BringUp, mark: number): DeviceConfiguration {
  // Asked again here, where it counts: a cast would pass the compiler.
  if (!isVerifiedRegistration(registration)) throw platformError('not_verified');
  const { privateKey, listenPort = 0, peers: configured } = registration.configuration;
  return { privateKey, listenPort, mark, peers: configured.map((peer) => devicePeerOf(peer, peers)) };
}

/** The same with every peer called at once; and what to set back when one has answered. */
export function callingAtOnce(configuration: DeviceConfiguration): {
  readonly configuration: DeviceConfiguration;
  readonly quiet: readonly PublicKey[];
} {
  const peers = configuration.peers.map((peer) =>
    isQuiet(peer) ? Object.assign({}, peer, { keepaliveSeconds: CALLING_KEEPALIVE_SECONDS }) : peer,
  );
  return {
    configuration: { ...configuration, peers },
    quiet: configuration.peers.filter(isQuiet).map((peer) => peer.publicKey),
  };
}

function isQuiet(peer: DevicePeer): boolean {
  return peer.keepaliveSeconds === 0;
}

function devicePeerOf(peer: Peer, addresses: BringUp['peers']): DevicePeer {
  const found = addresses.find(({ publicKey }) => publicKey === peer.publicKey);
  if (found === undefined)
    throw platformError('configure_device_failed', { detail: 'a peer has no address' });
  return {
    publicKey: peer.publicKey,
    presharedKey: peer.presharedKey,
    endpoint: { address: found.address, port: found.port },
    allowedIps: peer.allowedIps,
    keepaliveSeconds: peer.persistentKeepaliveSeconds ?? 0,
  };
}
