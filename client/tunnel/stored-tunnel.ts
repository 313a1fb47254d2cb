import * as z from 'zod';
import {
  configurationMessageSchema,
  type ConfigurationMessage,
} from '#shared/wireguard/configuration-message.ts';
import type { TunnelConfiguration } from '#shared/wireguard/configuration.ts';
import {
  parseConfigurationMessage,
  toConfigurationMessage,
} from '#shared/wireguard/configuration-conversion.ts';
import { tunnelError } from './tunnel-problem.ts';

const peerSchema = configurationMessageSchema.shape.peers.element;

/** A tunnel as it lies in a file: everything but its secrets. */
export const storedTunnelSchema = z.strictObject({
  version: z.literal(1),
  name: z.string(),
  configuration: configurationMessageSchema.omit({ privateKey: true }).extend({
    peers: z
      .array(peerSchema.omit({ presharedKey: true }).extend({ hasPresharedKey: z.boolean() }))
      .min(1)
      .max(8),
  }),
});
export type StoredTunnel = z.infer<typeof storedTunnelSchema>;

/** Its secrets, as they lie in the keychain: 8 peers stay below the 2,500 bytes that Windows allows. */
export const tunnelSecretsSchema = z.strictObject({
  version: z.literal(1),
  privateKey: z.string(),
  /** By the peer's public key. */
  presharedKeys: z.record(z.string(), z.string()),
});
export type TunnelSecrets = z.infer<typeof tunnelSecretsSchema>;

export function splitConfiguration(
  name: string,
  configuration: TunnelConfiguration,
): { readonly tunnel: StoredTunnel; readonly secrets: TunnelSecrets } {
  const { privateKey, peers, ...rest } = toConfigurationMessage(configuration);
  const presharedKeys: Record<string, string> = {};
  for (const { publicKey, presharedKey } of peers) {
    if (presharedKey !== undefined) presharedKeys[publicKey] = presharedKey;
  }
  return {
    tunnel: { version: 1, name, configuration: { ...rest, peers: peers.map(withoutPresharedKey) } },
    secrets: { version: 1, privateKey, presharedKeys },
  };
}

export function joinConfiguration(tunnel: StoredTunnel, secrets: TunnelSecrets): TunnelConfiguration {
  const { peers, ...rest } = tunnel.configuration;
  const message: ConfigurationMessage = {
    ...rest,
    privateKey: secrets.privateKey,
    peers: peers.map((peer) => withPresharedKey(peer, secrets)),
  };
  return parseConfigurationMessage(message);
}

type PeerMessage = ConfigurationMessage['peers'][number];
type StoredPeer = StoredTunnel['configuration']['peers'][number];

function withoutPresharedKey({ presharedKey, ...peer }: PeerMessage): StoredPeer {
  return { ...peer, hasPresharedKey: presharedKey !== undefined };
}

function withPresharedKey({ hasPresharedKey, ...peer }: StoredPeer, secrets: TunnelSecrets): PeerMessage {
  return hasPresharedKey ? { ...peer, presharedKey: presharedKeyOf(secrets, peer.publicKey) } : peer;
}

function presharedKeyOf(secrets: TunnelSecrets, publicKey: string): string {
  const key = secrets.presharedKeys[publicKey];
  if (key === undefined) throw tunnelError('tunnel_secret_missing');
  return key;
}

/** Where a key stands that was not read, for those who show a configuration without its secrets. */
const NOT_A_KEY = `${'A'.repeat(42)}E=`;

/** The configuration to show: its secrets were never read from the keychain. */
export function withoutSecrets(tunnel: StoredTunnel): TunnelConfiguration {
  const { peers } = tunnel.configuration;
  const presharedKeys = Object.fromEntries(peers.map(({ publicKey }) => [publicKey, NOT_A_KEY]));
  return joinConfiguration(tunnel, { version: 1, privateKey: NOT_A_KEY, presharedKeys });
}
