import type { Peer, TunnelConfiguration } from './configuration.ts';
import type { ConfigurationMessage } from './configuration-message.ts';
import { groupDns, parseDnsEntry } from './dns.ts';
import { parseHost } from './endpoint.ts';
import { formatIpNetwork, parseIpNetwork, type IpNetwork } from './ip-network.ts';
import { parsePublicKey, PresharedKey, PrivateKey } from './key.ts';
import { wireguardError } from './wireguard-problem.ts';

type PeerMessage = ConfigurationMessage['peers'][number];

/** A message that has passed its schema, made into a configuration or refused with a SanadError. */
export function parseConfigurationMessage(message: ConfigurationMessage): TunnelConfiguration {
  const peers = message.peers.map(parsePeer);
  if (new Set(peers.map((peer) => peer.publicKey)).size !== peers.length)
    throw wireguardError('peer_duplicate');
  return {
    privateKey: PrivateKey.parse(message.privateKey),
    addresses: parseNetworks(message.addresses, { keepHostBits: true }),
    dns: parseDns(message.dns),
    ...(isUnset(message.mtu) ? {} : { mtu: message.mtu }),
    ...(isUnset(message.listenPort) ? {} : { listenPort: message.listenPort }),
    peers,
  };
}

/** Reveals the secrets: for the daemon's socket and the keychain, nothing else. */
export function toConfigurationMessage(configuration: TunnelConfiguration): ConfigurationMessage {
  const { privateKey, addresses, dns, mtu, listenPort, peers } = configuration;
  return {
    privateKey: privateKey.reveal(),
    addresses: addresses.map(formatIpNetwork),
    dns: { servers: [...dns.servers], searchDomains: [...dns.searchDomains] },
    ...(mtu === undefined ? {} : { mtu }),
    ...(listenPort === undefined ? {} : { listenPort }),
    peers: peers.map(toPeerMessage),
  };
}

/**
 * The same text for the same configuration, whoever writes it: what a device proof's configuration hash is made
 * over. Secrets included, so it is for hashing and never for keeping.
 */
export function canonicalConfiguration(configuration: TunnelConfiguration): string {
  // Member order is that of the literals in this file; array order is part of the configuration.
  return JSON.stringify(toConfigurationMessage(configuration));
}

function parsePeer(message: PeerMessage): Peer {
  const { presharedKey, endpoint, persistentKeepaliveSeconds } = message;
  return {
    publicKey: parsePublicKey(message.publicKey),
    ...parsePresharedKey(presharedKey),
    endpoint: { host: parseHost(endpoint.host), port: endpoint.port },
    allowedIps: parseNetworks(message.allowedIps, { keepHostBits: false }),
    ...(isUnset(persistentKeepaliveSeconds) ? {} : { persistentKeepaliveSeconds }),
  };
}

function toPeerMessage(peer: Peer): PeerMessage {
  const { publicKey, presharedKey, endpoint, allowedIps, persistentKeepaliveSeconds } = peer;
  return {
    publicKey,
    ...(presharedKey === undefined ? {} : { presharedKey: presharedKey.reveal() }),
    endpoint: { host: endpoint.host.value, port: endpoint.port },
    allowedIps: allowedIps.map(formatIpNetwork),
    ...(persistentKeepaliveSeconds === undefined ? {} : { persistentKeepaliveSeconds }),
  };
}

function parsePresharedKey(text: string | undefined): Pick<Peer, 'presharedKey'> {
  const key = text === undefined ? undefined : PresharedKey.parse(text);
  return key === undefined || key.isAbsent() ? {} : { presharedKey: key };
}

function parseNetworks(
  texts: readonly string[],
  options: { readonly keepHostBits: boolean },
): readonly IpNetwork[] {
  return uniqueNetworks(texts.map((text) => parseIpNetwork(text, options)));
}

/** Each network once, in the order given. */
export function uniqueNetworks(networks: readonly IpNetwork[]): readonly IpNetwork[] {
  return [...new Map(networks.map((network) => [formatIpNetwork(network), network])).values()];
}

function parseDns(message: ConfigurationMessage['dns']): TunnelConfiguration['dns'] {
  const servers = message.servers.map(parseDnsEntry);
  const searchDomains = message.searchDomains.map(parseDnsEntry);
  const misplaced =
    servers.some((host) => host.kind === 'name') || searchDomains.some((host) => host.kind !== 'name');
  if (misplaced) throw wireguardError('dns_malformed');
  return groupDns([...servers, ...searchDomains]);
}

/** Zero means "off" or "any" to WireGuard: the same as leaving the field out, so it has one form here. */
export function isUnset(value: number | undefined): value is undefined {
  return value === undefined || value === 0;
}
