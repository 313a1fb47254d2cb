import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { devicePublicJwkSchema } from '#shared/contract/gateway-contract.ts';
import { isOrigin } from '#shared/registration/origin.ts';

/** Names inside the issuer's directory. */
export const issuerFiles = {
  configuration: 'issuer.json',
  certificateKey: 'certificate.key.json',
  statusKey: 'status.key.json',
  database: 'issuer.db',
  databaseCopy: 'issuer.db.copy',
} as const;

/** The issuer's own list of who may tell it what: it does not read the gateway's. */
export const issuerConfigurationSchema = z.strictObject({
  ver: z.literal(1),
  origin: z.string().refine(isOrigin, 'not an origin'),
  status_list_uri: z.url().max(2048),
  certificate_seconds: z
    .int()
    .min(60)
    .max(366 * 86_400),
  /** As the key set allows the certificate key. */
  assurances: z.array(z.enum(['attested', 'exempt', 'provisional'])).min(1),
  reviewers: z
    .array(z.strictObject({ name: z.string().min(1).max(64), key: devicePublicJwkSchema }))
    .min(1)
    .max(64),
});
export type IssuerConfiguration = z.infer<typeof issuerConfigurationSchema>;

export function readIssuerConfiguration(directory: string): IssuerConfiguration {
  const text = readFileSync(join(directory, issuerFiles.configuration), 'utf8');
  return issuerConfigurationSchema.parse(JSON.parse(text));
}
