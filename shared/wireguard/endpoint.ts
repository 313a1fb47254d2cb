import { isSingleMachine, readIpAddress } from './ip-address.ts';
import { wireguardError } from './wireguard-problem.ts';

/**
 * Where a peer is. `value` has one spelling for each host, so that equal hosts are equal text: a lower-case
 * A-label name, dotted decimal, or RFC 5952 without brackets.
 */
export interface Host {
  readonly kind: 'ipv4' | 'ipv6' | 'name';
  readonly value: string;
}

export interface Endpoint {
  readonly host: Host;
  readonly port: number;
}

/** A host without port and without brackets. */
export function parseHost(text: string): Host {
  const address = readIpAddress(text);
  if (address === undefined) return { kind: 'name', value: parseName(text) };
  if (!isSingleMachine(address)) throw wireguardError('host_malformed');
  return { kind: address.family === 4 ? 'ipv4' : 'ipv6', value: address.text };
}

/** `name:port`, `192.0.2.1:port` or `[2001:db8::1]:port`. */
export function parseEndpoint(text: string): Endpoint {
  const match = /^(?:\[(?<bracketed>[^[\]]+)\]|(?<plain>[^[\]:]+)):(?<port>[1-9][0-9]{0,4})$/.exec(text);
  const port = Number(match?.groups?.['port']);
  if (match === null || port > 65_535) throw wireguardError('endpoint_malformed');
  const { bracketed, plain } = match.groups ?? {};
  const host = parseHost(bracketed ?? plain ?? '');
  // RFC 3986 section 3.2.2: brackets are for IPv6 literals alone.
  if ((bracketed !== undefined) !== (host.kind === 'ipv6')) throw wireguardError('endpoint_malformed');
  return { host, port };
}

export function formatEndpoint({ host, port }: Endpoint): string {
  return host.kind === 'ipv6' ? `[${host.value}]:${port}` : `${host.value}:${port}`;
}

/**
 * Domain to ASCII as the URL Standard does it (UTS #46), which is what every browser does with a name in any
 * script. Whatever the standard would take as syntax or silently strip is refused before.
 */
function parseName(text: string): string {
  if (text.length > 253 || /[\s\p{Cc}\p{Cs}/?#@:\\[\]%<>^|]/u.test(text))
    throw wireguardError('host_malformed');
  const name = URL.parse(`http://${text}/`)?.hostname.replace(/\.$/, '') ?? '';
  if (!isHostName(name)) throw wireguardError('host_malformed');
  return name;
}

function isHostName(name: string): boolean {
  const labels = name.split('.');
  // RFC 1123 section 2.1: letters, digits and inner hyphens. A last label of digits would be an address to the
  // URL Standard and to getaddrinfo(3): "010.1", "0x7f000001", full-width digits.
  const wellFormed = labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label));
  return wellFormed && name.length <= 253 && !/^(?:[0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '');
}
