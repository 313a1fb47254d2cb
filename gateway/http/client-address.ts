import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';

/**
 * Where a request comes from, in the one spelling of each address. Behind a proxy the connection is the proxy's: then only
 * the header that the operator has named counts, and of that the last value, which the proxy itself has added.
 * undefined: nobody knows.
 */
export function clientAddress(
  request: Pick<FastifyRequest, 'ip' | 'headers'>,
  proxy: { readonly isBehindProxy: boolean; readonly addressHeader: string | undefined },
): string | undefined {
  if (!proxy.isBehindProxy) return canonicalAddress(request.ip);
  const header = proxy.addressHeader === undefined ? undefined : request.headers[proxy.addressHeader];
  const values = Array.isArray(header) ? header.join(',') : (header ?? '');
  return canonicalAddress(values.split(',').at(-1)?.trim() ?? '');
}

/** Dotted decimal or RFC 5952; an IPv4 address that came through an IPv6 socket is an IPv4 address. */
function canonicalAddress(text: string): string | undefined {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return undefined;
  const parsed = ipaddr.process(text.split('%')[0] ?? '');
  return parsed instanceof ipaddr.IPv6 ? parsed.toRFC5952String() : parsed.toString();
}
