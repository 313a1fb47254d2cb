import { formatIpNetwork, parseIpNetwork } from '#shared/wireguard/ip-network.ts';
import type { PresharedKey, PrivateKey, PublicKey } from '#shared/wireguard/key.ts';
import type { SocketAddress } from '../../../core/surroundings.ts';
import type { PeerAddress } from '../../../core/tunnel-state.ts';
import type { PeerReading } from '../../../port/wireguard.ts';
import type { DeviceConfiguration, DevicePeer } from './device-configuration.ts';

/**
 * The text that wireguard-go's socket speaks: https://www.wireguard.com/xplatform/, "Configuration Protocol".
 * An operation is key=value lines and an empty line; keys are lower-case hexadecimal.
 */
const ABSENT_KEY = '0'.repeat(64);

export function renderSet(configuration: DeviceConfiguration): string {
  return operation([
    'set=1',
    `private_key=${hexOf(configuration.privateKey)}`,
    `listen_port=${configuration.listenPort}`,
    `fwmark=${configuration.mark}`,
    'replace_peers=true',
    ...configuration.peers.flatMap(renderPeer),
  ]);
}

/** No key, no peer; the mark stays, so that the idle device's socket never sends unmarked packets. */
export function renderClear(mark: number): string {
  return operation([
    'set=1',
    `private_key=${ABSENT_KEY}`,
    'listen_port=0',
    `fwmark=${mark}`,
    'replace_peers=true',
  ]);
}

export function renderKeepalive(peers: readonly PublicKey[], seconds: number): string {
  const lines = peers.flatMap((peer) => [
    `public_key=${hexOfText(peer)}`,
    'update_only=true',
    `persistent_keepalive_interval=${seconds}`,
  ]);
  return operation(['set=1', ...lines]);
}

export function renderEndpoints(peers: readonly PeerAddress[]): string {
  const lines = peers.flatMap((peer) => [
    `public_key=${hexOfText(peer.publicKey)}`,
    'update_only=true',
    `endpoint=${formatSocketAddress(peer)}`,
  ]);
  return operation(['set=1', ...lines]);
}

export const GET_OPERATION = operation(['get=1']);

function renderPeer(peer: DevicePeer): string[] {
  return [
    `public_key=${hexOfText(peer.publicKey)}`,
    ...(peer.presharedKey === undefined ? [] : [`preshared_key=${hexOf(peer.presharedKey)}`]),
    `endpoint=${formatSocketAddress(peer.endpoint)}`,
    `persistent_keepalive_interval=${peer.keepaliveSeconds}`,
    'replace_allowed_ips=true',
    ...peer.allowedIps.map((network) => `allowed_ip=${formatIpNetwork(network)}`),
  ];
}

function operation(lines: readonly string[]): string {
  return `${lines.join('\n')}\n\n`;
}

const hexOf = (key: PrivateKey | PresharedKey): string => hexOfText(key.reveal());
const hexOfText = (base64: string): string => Buffer.from(base64, 'base64').toString('hex');

export function formatSocketAddress({ address, port }: SocketAddress): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** `192.0.2.1:51820` or `[2001:db8::1]:51820`, as WireGuard itself prints it. */
export function parseSocketAddress(text: string): SocketAddress | null {
  const match = /^(?:\[(?<six>[0-9a-f:.]+)(?:%[^\]]*)?\]|(?<four>[0-9.]+)):(?<port>[0-9]+)$/i.exec(text);
  const address = match?.groups?.['six'] ?? match?.groups?.['four'];
  return address === undefined ? null : { address, port: Number(match?.groups?.['port']) };
}

export interface DeviceAnswer {
  /** 0: done. Else a negated errno. */
  readonly errno: number;
  readonly peers: readonly PeerReading[];
}

/** Reads an answer. Keys of ours that it repeats are passed over: they have no business further up. */
export function parseAnswer(text: string): DeviceAnswer {
  const peers: MutableReading[] = [];
  let errno = Number.NaN;
  for (const line of text.split('\n')) {
    const separator = line.indexOf('=');
    const key = line.slice(0, separator);
    const value = line.slice(separator + 1);
    if (key === 'errno') errno = Number(value);
    else if (key === 'public_key') peers.push(newReading(value));
    else readPeerLine(peers.at(-1), key, value);
  }
  return { errno, peers };
}

type MutableReading = { -readonly [Key in keyof PeerReading]: PeerReading[Key] } & {
  allowedIps: PeerReading['allowedIps'][number][];
};

function newReading(hex: string): MutableReading {
  return {
    publicKey: Buffer.from(hex, 'hex').toString('base64'),
    endpoint: null,
    allowedIps: [],
    latestHandshakeAt: null,
    receivedBytes: 0,
    sentBytes: 0,
  };
}

function readPeerLine(peer: MutableReading | undefined, key: string, value: string): void {
  if (peer === undefined) return;
  if (key === 'endpoint') peer.endpoint = parseSocketAddress(value);
  else if (key === 'rx_bytes') peer.receivedBytes = Number(value);
  else if (key === 'tx_bytes') peer.sentBytes = Number(value);
  else if (key === 'last_handshake_time_sec') peer.latestHandshakeAt = value === '0' ? null : Number(value);
  else if (key === 'allowed_ip') peer.allowedIps.push(parseIpNetwork(value, { keepHostBits: false }));
}
