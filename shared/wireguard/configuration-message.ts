import * as z from 'zod';

/**
 * A tunnel's configuration as it crosses the daemon's socket: plain strings, secrets included. Typed fields
 * only: there is no place for a hook, a path or a line of somebody's file. `parseConfigurationMessage`
 * makes a TunnelConfiguration of it or says what is wrong.
 */
/** What Sanad takes, in a message and in a file alike. */
export const configurationLimits = {
  addresses: 16,
  dnsServers: 8,
  searchDomains: 16,
  peers: 8,
  allowedIps: 1024,
  mtu: { min: 576, max: 65_535 },
  port: { min: 0, max: 65_535 },
  keepaliveSeconds: { min: 0, max: 65_535 },
} as const;

const limits = configurationLimits;
const key = z.string().length(44);
const network = z.string().max(64);

export const configurationMessageSchema = z.strictObject({
  privateKey: key,
  /** Interface addresses with prefix length, e.g. 10.66.66.2/32. */
  addresses: z.array(network).min(1).max(limits.addresses),
  dns: z.strictObject({
    servers: z.array(z.string().max(45)).max(limits.dnsServers),
    searchDomains: z.array(z.string().max(253)).max(limits.searchDomains),
  }),
  mtu: z.int().min(limits.mtu.min).max(limits.mtu.max).optional(),
  listenPort: z.int().min(0).max(65_535).optional(),
  peers: z
    .array(
      z.strictObject({
        publicKey: key,
        presharedKey: key.optional(),
        endpoint: z.strictObject({ host: z.string().max(255), port: z.int().min(1).max(65_535) }),
        allowedIps: z.array(network).max(limits.allowedIps),
        persistentKeepaliveSeconds: z.int().min(0).max(65_535).optional(),
      }),
    )
    .min(1)
    .max(limits.peers),
});

export type ConfigurationMessage = z.infer<typeof configurationMessageSchema>;
