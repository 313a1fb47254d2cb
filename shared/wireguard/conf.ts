import type { SanadError } from '../contract/problem.ts';
import { configurationLimits as limits } from './configuration-message.ts';
import type { Peer, TunnelConfiguration } from './configuration.ts';
import { isUnset, uniqueNetworks } from './configuration-conversion.ts';
import { droppedLine, type DroppedLine } from './conf-dropped.ts';
import { asciiLowerCase, readConfLines, type ConfProblem } from './conf-line.ts';
import { ConfProblems, readSections, SectionReader, type ConfSection } from './conf-section.ts';
import { groupDns, parseDnsEntry } from './dns.ts';
import { parseEndpoint } from './endpoint.ts';
import { parseIpNetwork, type IpNetwork } from './ip-network.ts';
import { parsePublicKey, PresharedKey, PrivateKey } from './key.ts';
import { wireguardError } from './wireguard-problem.ts';

export type { DroppedLine } from './conf-dropped.ts';
export type { ConfProblem } from './conf-line.ts';
export { formatConf } from './conf-format.ts';

/** Sixteen times what the largest configuration that Sanad takes needs. */
export const MAX_CONF_LENGTH = 256 * 1024;

export type ParsedConf =
  | {
      readonly kind: 'parsed';
      readonly configuration: TunnelConfiguration;
      /** Lines that were left out on purpose, each with the reason. */
      readonly dropped: readonly DroppedLine[];
    }
  | { readonly kind: 'rejected'; readonly problems: readonly ConfProblem[] };

/**
 * Reads wg-quick's .conf dialect. Never throws: a file is taken whole, or refused with everything that is wrong
 * with it. Hooks and the like are left out and reported; a key that WireGuard does not know is refused.
 */
export function parseConf(text: string): ParsedConf {
  const problems = new ConfProblems();
  if (text.length > MAX_CONF_LENGTH) {
    problems.add(1, 'conf_too_large');
    return { kind: 'rejected', problems: problems.inOrder() };
  }
  const sections = readSections(readConfLines(text), problems);
  const dropped = sections.flatMap((section) => checkKeys(section, problems));
  const configuration = readConfiguration(sections, problems);
  if (configuration === undefined || !problems.none)
    return { kind: 'rejected', problems: problems.inOrder() };
  return { kind: 'parsed', configuration, dropped };
}

const keys = {
  interface: ['PrivateKey', 'Address', 'DNS', 'MTU', 'ListenPort'],
  peer: ['PublicKey', 'PresharedKey', 'Endpoint', 'AllowedIPs', 'PersistentKeepalive'],
} as const;

/** Notes unknown keys; gives back those that are known and left out. */
function checkKeys(section: ConfSection, problems: ConfProblems): readonly DroppedLine[] {
  const known = new Set(keys[section.name].map(asciiLowerCase));
  const others = section.entries.filter((entry) => !known.has(asciiLowerCase(entry.key)));
  return others.flatMap((entry) => {
    const dropped = section.name === 'interface' ? droppedLine(entry) : undefined;
    if (dropped === undefined) problems.add(entry.line, 'key_unknown');
    return dropped ?? [];
  });
}

function readConfiguration(
  sections: readonly ConfSection[],
  problems: ConfProblems,
): TunnelConfiguration | undefined {
  const [own, ...others] = sections.filter((section) => section.name === 'interface');
  for (const other of others) problems.add(other.line, 'section_duplicate');
  const peers = readPeers(sections, problems);
  if (own === undefined) {
    problems.add(1, 'interface_missing');
    return undefined;
  }
  return readInterface(new SectionReader(own, problems), peers);
}

function readInterface(reader: SectionReader, peers: readonly Peer[]): TunnelConfiguration | undefined {
  const privateKey = reader.required('PrivateKey', 'private_key_missing', (value) => PrivateKey.parse(value));
  const addresses = reader.list('Address', limits.addresses, parseAddress);
  if (reader.items('Address').length === 0) reader.note('address_missing');
  const dns = groupDns(reader.list('DNS', limits.dnsServers + limits.searchDomains, parseDnsEntry));
  if (dns.servers.length > limits.dnsServers || dns.searchDomains.length > limits.searchDomains) {
    reader.note('too_many_values', 'DNS');
  }
  const mtu = reader.one('MTU', (value) => parseNumber(value, limits.mtu));
  const listenPort = reader.one('ListenPort', (value) => parseNumber(value, limits.port));
  if (privateKey === undefined) return undefined;
  return {
    privateKey,
    addresses: uniqueNetworks(addresses),
    dns,
    ...(isUnset(mtu) ? {} : { mtu }),
    ...(isUnset(listenPort) ? {} : { listenPort }),
    peers,
  };
}

function readPeers(sections: readonly ConfSection[], problems: ConfProblems): readonly Peer[] {
  const own = sections.filter((section) => section.name === 'peer');
  if (own.length === 0) problems.add(1, 'peer_missing');
  const overflow = own[limits.peers];
  if (overflow !== undefined) problems.add(overflow.line, 'too_many_values', '[Peer]');
  const seen = new Set<string>();
  return own.flatMap((section) => {
    const peer = readPeer(new SectionReader(section, problems));
    if (peer === undefined) return [];
    if (seen.has(peer.publicKey)) problems.add(section.line, 'peer_duplicate');
    seen.add(peer.publicKey);
    return [peer];
  });
}

function readPeer(reader: SectionReader): Peer | undefined {
  const publicKey = reader.required('PublicKey', 'public_key_missing', parsePublicKey);
  const endpoint = reader.required('Endpoint', 'endpoint_missing', parseEndpoint);
  const presharedKey = reader.one('PresharedKey', (value) => PresharedKey.parse(value));
  const allowedIps = reader.list('AllowedIPs', limits.allowedIps, parseAllowedIp);
  const persistentKeepaliveSeconds = reader.one('PersistentKeepalive', parseKeepalive);
  if (publicKey === undefined || endpoint === undefined) return undefined;
  return {
    publicKey,
    ...(presharedKey === undefined || presharedKey.isAbsent() ? {} : { presharedKey }),
    endpoint,
    allowedIps: uniqueNetworks(allowedIps),
    ...(isUnset(persistentKeepaliveSeconds) ? {} : { persistentKeepaliveSeconds }),
  };
}

function parseAddress(text: string): IpNetwork {
  return parseIpNetwork(text, { keepHostBits: true });
}

function parseAllowedIp(text: string): IpNetwork {
  return parseIpNetwork(text, { keepHostBits: false });
}

function parseKeepalive(text: string): number {
  return asciiLowerCase(text) === 'off' ? 0 : parseNumber(text, limits.keepaliveSeconds);
}

function parseNumber(text: string, { min, max }: { readonly min: number; readonly max: number }): number {
  const value = /^(?:0|[1-9][0-9]{0,4})$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw wireguardError('number_malformed', { detail: `${min} to ${max}` });
}

/** A refused file as one error, for those who have no lines to show. */
export function confRejected(problems: readonly ConfProblem[]): SanadError {
  const lines = problems.map(({ line, reason }) => `line ${line}: ${reason}`);
  return wireguardError('conf_rejected', { detail: lines.slice(0, 8).join(' ') });
}
