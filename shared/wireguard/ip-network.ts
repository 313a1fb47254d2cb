import { ipAddressFromBytes, readIpAddress } from './ip-address.ts';
import { wireguardError } from './wireguard-problem.ts';

/** An address with its prefix length: a route, an allowed IP, or (with host bits) an interface's address. */
export interface IpNetwork {
  readonly family: 4 | 6;
  /** Dotted decimal, or RFC 5952 text. */
  readonly address: string;
  readonly prefixLength: number;
}

export interface ParseIpNetworkOptions {
  /** Interface addresses keep them; in allowed IPs WireGuard ignores them, so they are cleared. */
  readonly keepHostBits: boolean;
}

/** `address/prefix`; an address alone is itself with its full length, as wg(8) and ip(8) read it. */
export function parseIpNetwork(text: string, { keepHostBits }: ParseIpNetworkOptions): IpNetwork {
  const match = /^(?<address>[^/]+)(?:\/(?<prefix>0|[1-9][0-9]{0,2}))?$/.exec(text);
  const address = readIpAddress(match?.groups?.['address'] ?? '');
  if (address === undefined) throw wireguardError('network_malformed');
  const prefixLength = Number(match?.groups?.['prefix'] ?? addressBits(address.family));
  if (prefixLength > addressBits(address.family)) throw wireguardError('network_malformed');
  const kept = keepHostBits ? address : ipAddressFromBytes(clearHostBits(address.bytes, prefixLength));
  return { family: address.family, address: kept.text, prefixLength };
}

export function formatIpNetwork({ address, prefixLength }: IpNetwork): string {
  return `${address}/${prefixLength}`;
}

/** Whether every address of `inner` is one of `outer`. */
export function covers(outer: IpNetwork, inner: IpNetwork): boolean {
  if (outer.family !== inner.family || outer.prefixLength > inner.prefixLength) return false;
  const firstOf = (network: IpNetwork) => clearHostBits(bytesOf(network), outer.prefixLength).join();
  return firstOf(outer) === firstOf(inner);
}

export function isDefaultRoute(network: IpNetwork): boolean {
  return network.prefixLength === 0;
}

/** Whether these networks together hold every address of the family, e.g. 0.0.0.0/1 with 128.0.0.0/1. */
export function coverFamily(networks: readonly IpNetwork[], family: 4 | 6): boolean {
  const spans = networks.filter((network) => network.family === family).map(spanOf);
  spans.sort((a, b) => (a.first < b.first ? -1 : 1));
  // Everything below `next` is covered; a span that begins above it leaves a gap.
  let next = 0n;
  for (const { first, end } of spans) {
    if (first > next) return false;
    if (end > next) next = end;
  }
  return next === 1n << BigInt(addressBits(family));
}

function spanOf(network: IpNetwork): { readonly first: bigint; readonly end: bigint } {
  const bytes = clearHostBits(bytesOf(network), network.prefixLength);
  const first = bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  return { first, end: first + (1n << BigInt(addressBits(network.family) - network.prefixLength)) };
}

function addressBits(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}

function bytesOf(network: IpNetwork): readonly number[] {
  const address = readIpAddress(network.address);
  if (address === undefined) throw wireguardError('network_malformed');
  return address.bytes;
}

function clearHostBits(bytes: readonly number[], prefixLength: number): readonly number[] {
  return bytes.map((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefixLength - index * 8));
    return byte & (0xff << (8 - kept)) & 0xff;
  });
}
