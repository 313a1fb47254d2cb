import { systemNames } from '#shared/contract/system-names.ts';
import { readIpAddress } from '#shared/wireguard/ip-address.ts';
import type { DnsSettings } from '../../../port/dns.ts';

/** More than the C library asks. */
const MAX_SERVERS = 8;

/** The name servers of a resolv.conf(5), each once. What is not an address, or names an interface, is passed over. */
export function parseResolvConf(text: string): readonly string[] {
  const servers = text.split('\n').flatMap((line) => {
    const match = /^\s*nameserver\s+(?<address>\S+)/.exec(line);
    const address = readIpAddress(match?.groups?.['address'] ?? '');
    return address === undefined ? [] : [address.text];
  });
  return [...new Set(servers)].slice(0, MAX_SERVERS);
}

/** A whole resolv.conf that says whose it is: whoever finds it later knows what to do with it. */
export function renderTunnelResolvConf(dns: DnsSettings, device: string): string {
  return `${systemNames.tunnelResolvConf} ${device}. They go with it; do not edit.\n${renderResolvConf(dns)}`;
}

export function isTunnelResolvConf(text: string): boolean {
  return text.startsWith(systemNames.tunnelResolvConf);
}

/** What `resolvconf -a` reads. */
export function renderResolvConf({ servers, searchDomains }: DnsSettings): string {
  const lines = servers.map((server) => `nameserver ${server}`);
  const search = searchDomains.length === 0 ? [] : [`search ${searchDomains.join(' ')}`];
  return `${[...lines, ...search].join('\n')}\n`;
}
