import { formatIpNetwork, parseIpNetwork } from '#shared/wireguard/ip-network.ts';
import type { PeerReading } from '../../../port/wireguard.ts';
import type { DeviceConfiguration, DevicePeer } from './device-configuration.ts';
import { formatSocketAddress, parseSocketAddress } from './uapi-text.ts';

/** What `wg setconf` reads: everything that is not said is taken away. */
export function renderSetconf(configuration: DeviceConfiguration): string {
  const { privateKey, listenPort, mark, peers } = configuration;
  const device = [
    '[Interface]',
    `PrivateKey = ${privateKey.reveal()}`,
    ...(listenPort === 0 ? [] : [`ListenPort = ${listenPort}`]),
    `FwMark = ${mark}`,
  ];
  return `${[...device, ...peers.flatMap(renderPeer)].join('\n')}\n`;
}

/** No key and no peer. */
export function renderEmptySetconf(mark: number): string {
  return `[Interface]\nFwMark = ${mark}\n`;
}

function renderPeer(peer: DevicePeer): string[] {
  return [
    '[Peer]',
    `PublicKey = ${peer.publicKey}`,
    ...(peer.presharedKey === undefined ? [] : [`PresharedKey = ${peer.presharedKey.reveal()}`]),
    `Endpoint = ${formatSocketAddress(peer.endpoint)}`,
    `PersistentKeepalive = ${peer.keepaliveSeconds}`,
    ...peer.allowedIps.map((network) => `AllowedIPs = ${formatIpNetwork(network)}`),
  ];
}

/** Reads `wg show DEVICE dump`, wg(8): a line for the device, which holds its keys and is passed over, then one a peer. */
export function parseDump(text: string): readonly PeerReading[] {
  const [, ...lines] = text.split('\n').filter((line) => line !== '');
  return lines.map(readPeer);
}

function readPeer(line: string): PeerReading {
  const [publicKey = '', , endpoint = '', allowedIps = '', handshake = '0', received = '0', sent = '0'] =
    line.split('\t');
  return {
    publicKey,
    endpoint: parseSocketAddress(endpoint),
    allowedIps: readNetworks(allowedIps),
    latestHandshakeAt: handshake === '0' ? null : Number(handshake),
    receivedBytes: Number(received),
    sentBytes: Number(sent),
  };
}

function readNetworks(text: string): PeerReading['allowedIps'] {
  if (text === '(none)' || text === '') return [];
  return text.split(',').map((network) => parseIpNetwork(network, { keepHostBits: false }));
}
