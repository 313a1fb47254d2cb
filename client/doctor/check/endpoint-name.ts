import { readIpAddress } from '#shared/wireguard/ip-address.ts';
import type { StoredTunnel } from '../../tunnel/stored-tunnel.ts';
import { findings, type Finding } from '../finding.ts';
import type { LookupResult } from '../probe/probes.ts';
import { isBlocked, type Scene } from '../scene.ts';

const finding = findings('endpoint_name', {
  endpoint_found: { state: 'ok', reason: 'The VPN server’s name has an address.' },
  endpoint_is_address: { state: 'ok', reason: 'The VPN server is given by its address; no name to look up.' },
  endpoint_unknown: {
    state: 'failed',
    kind: 'gateway',
    reason: 'The VPN server’s name does not exist.',
    nextAction: 'Ask whoever gave you the configuration for the right name, and import it again.',
  },
  endpoint_unanswered: {
    state: 'failed',
    kind: 'gateway',
    reason: 'Nobody answered where the VPN server is.',
    nextAction: 'Check this machine’s connection to the internet, then run this again.',
  },
  endpoint_unseen: { state: 'not_checked', reason: 'Traffic is blocked, so the name cannot be looked up.' },
  endpoint_no_tunnel: {
    state: 'not_checked',
    reason: 'You have no tunnel.',
    nextAction: 'Take in the file that you got for your VPN: sanad import FILE',
  },
});

/** Whether the names of the VPN servers lead anywhere. */
export async function checkEndpointNames({ tunnels, service, probes }: Scene): Promise<readonly Finding[]> {
  const [known, view] = await Promise.all([tunnels, service]);
  if (known.length === 0) return [finding('endpoint_no_tunnel')];
  const looked = known.map(async (tunnel) => {
    const subject = tunnel.name;
    const names = namesOf(tunnel);
    if (names.length === 0) return [finding('endpoint_is_address', { subject })];
    if (isBlocked(view)) return [finding('endpoint_unseen', { subject })];
    return await Promise.all(
      names.map(async (name) => judgeLookup({ name, subject, result: await probes.lookup(name) })),
    );
  });
  return (await Promise.all(looked)).flat();
}

interface Seen {
  readonly name: string;
  /** The tunnel. */
  readonly subject: string;
  readonly result: LookupResult;
}

export function judgeLookup({ name, subject, result }: Seen): Finding {
  switch (result.kind) {
    case 'found':
      return finding('endpoint_found', { subject, detail: `${name} is ${result.addresses.join(', ')}` });
    case 'absent':
      return finding('endpoint_unknown', { subject, detail: name });
    case 'unanswered':
      return finding('endpoint_unanswered', { subject, detail: `${name}: ${result.cause}` });
    default:
      return result satisfies never;
  }
}

function namesOf({ configuration }: StoredTunnel): readonly string[] {
  const hosts = configuration.peers.map(({ endpoint }) => endpoint.host);
  return [...new Set(hosts)].filter((host) => readIpAddress(host) === undefined);
}
