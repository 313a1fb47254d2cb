import type { TunnelConfiguration } from './configuration.ts';
import { parseHost, type Host } from './endpoint.ts';
import { wireguardError } from './wireguard-problem.ts';

/** Servers and search domains stand mixed in a .conf, as wg-quick(8) reads them: addresses are servers. */
export function groupDns(hosts: readonly Host[]): TunnelConfiguration['dns'] {
  return {
    servers: valuesOf(hosts.filter((host) => host.kind !== 'name')),
    searchDomains: valuesOf(hosts.filter((host) => host.kind === 'name')),
  };
}

/** Each host once. */
function valuesOf(hosts: readonly Host[]): readonly string[] {
  return [...new Set(hosts.map((host) => host.value))];
}

/** One entry of a DNS line. */
export function parseDnsEntry(text: string): Host {
  try {
    return parseHost(text);
  } catch (cause) {
    // A wrong host's reason would not say what may stand here.
    throw wireguardError('dns_malformed', { cause });
  }
}
