import type { Peer, TunnelConfiguration } from './configuration.ts';
import { formatEndpoint } from './endpoint.ts';
import { formatIpNetwork } from './ip-network.ts';

export interface FormatConfOptions {
  /** Whether the secret keys are written; without them a comment stands in their place. */
  readonly secrets: boolean;
}

type Field = readonly [key: string, value: string | number | undefined];

/** Writes a configuration in wg-quick's .conf dialect. */
export function formatConf(configuration: TunnelConfiguration, { secrets }: FormatConfOptions): string {
  const sections = [
    formatSection('Interface', interfaceFields(configuration), secrets),
    ...configuration.peers.map((peer) => formatSection('Peer', peerFields(peer), secrets)),
  ];
  return sections.join('\n');
}

function interfaceFields({
  privateKey,
  addresses,
  dns,
  mtu,
  listenPort,
}: TunnelConfiguration): readonly Field[] {
  return [
    ['PrivateKey', privateKey.reveal()],
    ['Address', addresses.map(formatIpNetwork).join(', ')],
    ['DNS', [...dns.servers, ...dns.searchDomains].join(', ') || undefined],
    ['MTU', mtu],
    ['ListenPort', listenPort],
  ];
}

function peerFields(peer: Peer): readonly Field[] {
  return [
    ['PublicKey', peer.publicKey],
    ['PresharedKey', peer.presharedKey?.reveal()],
    ['Endpoint', formatEndpoint(peer.endpoint)],
    ['AllowedIPs', peer.allowedIps.map(formatIpNetwork).join(', ') || undefined],
    ['PersistentKeepalive', peer.persistentKeepaliveSeconds],
  ];
}

const secretKeys: ReadonlySet<string> = new Set(['PrivateKey', 'PresharedKey']);

function formatSection(name: string, fields: readonly Field[], secrets: boolean): string {
  const lines = fields
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) =>
      secrets || !secretKeys.has(key) ? `${key} = ${value}` : `# ${key} = (not shown)`,
    );
  return `[${name}]\n${lines.join('\n')}\n`;
}
