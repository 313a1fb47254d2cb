import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { parseAnchor } from '#shared/contract/anchor-file.ts';
import { devicePublicJwkSchema, type Anchor } from '#shared/contract/gateway-contract.ts';
import { isOrigin } from '#shared/registration/origin.ts';

/** Names inside a gateway's directory. */
export const gatewayFiles = {
  configuration: 'gateway.json',
  anchor: 'anchor.json',
  keySet: 'key-set.jwt',
  database: 'storage/gateway.db',
  storageDirectory: 'storage',
  documentKey: 'document.key.json',
  documentDirectory: 'document',
  issuerDirectory: 'issuer',
  issuerSocket: 'issuer/issuer.sock',
  reviewerDirectory: 'reviewer',
  /** Signed profiles, one file a version. */
  profileDirectory: 'profile',
  profileSignerDirectory: 'profile-signer',
  profileKey: 'profile-signer/profile.key.json',
  offlineDirectory: 'offline',
  rootKey: 'offline/root.key.json',
} as const;

export const gatewayConfigurationSchema = z.strictObject({
  ver: z.literal(1),
  /** The public origin: what clients sign for, whatever the Host header says. */
  origin: z.string().refine(isOrigin, 'not an origin'),
  reviewers: z
    .array(z.strictObject({ name: z.string().min(1).max(64), key: devicePublicJwkSchema }))
    .min(1)
    .max(64),
});
export type GatewayConfiguration = z.infer<typeof gatewayConfigurationSchema>;

/** What `init` has written and `serve` needs. */
export interface GatewayIdentity {
  readonly configuration: GatewayConfiguration;
  readonly anchor: Anchor;
  readonly keySet: string;
}

export function readGatewayIdentity(directory: string): GatewayIdentity {
  const read = (name: string): string => readFileSync(join(directory, name), 'utf8');
  return {
    configuration: gatewayConfigurationSchema.parse(JSON.parse(read(gatewayFiles.configuration))),
    anchor: parseAnchor(read(gatewayFiles.anchor)),
    keySet: read(gatewayFiles.keySet).trim(),
  };
}
