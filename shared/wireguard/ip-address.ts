import ipaddr from 'ipaddr.js';

export interface IpAddress {
  readonly family: 4 | 6;
  /** Dotted decimal, or RFC 5952 text. */
  readonly text: string;
  readonly bytes: readonly number[];
}

/**
 * Reads one address in its unambiguous spellings; undefined for everything else. Octal, hexadecimal and short
 * IPv4 forms mean different machines to different programs, zones name this machine's interfaces, and
 * IPv4-mapped IPv6 addresses would be IPv4 packets past rules for IPv6.
 */
export function readIpAddress(text: string): IpAddress | undefined {
  return text.includes(':') ? readIpv6(text) : readIpv4(text);
}

/** The address made of these bytes: 4 or 16. */
export function ipAddressFromBytes(bytes: readonly number[]): IpAddress {
  const address = ipaddr.fromByteArray([...bytes]);
  return address instanceof ipaddr.IPv6
    ? ipv6(address)
    : { family: 4, text: address.toString(), bytes: address.toByteArray() };
}

/** Where packets can be sent to reach one machine. */
export function isSingleMachine(address: IpAddress): boolean {
  const range = ipaddr.fromByteArray([...address.bytes]).range();
  return range !== 'unspecified' && range !== 'multicast' && range !== 'broadcast';
}

function readIpv4(text: string): IpAddress | undefined {
  // Names first: the library finds out by throwing, which costs more than everything else about a name.
  if (!/^[0-9.]{7,15}$/.test(text) || !ipaddr.IPv4.isValidFourPartDecimal(text)) return undefined;
  return ipAddressFromBytes(ipaddr.IPv4.parse(text).toByteArray());
}

function readIpv6(text: string): IpAddress | undefined {
  if (!/^[0-9A-Fa-f:.]{2,45}$/.test(text) || !ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.IPv6.parse(text);
  return address.isIPv4MappedAddress() ? undefined : ipv6(address);
}

function ipv6(address: ipaddr.IPv6): IpAddress {
  return { family: 6, text: address.toRFC5952String(), bytes: address.toByteArray() };
}
