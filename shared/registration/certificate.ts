import * as z from 'zod';
import { decisionSchema, endpointSchema } from '../contract/gateway-contract.ts';
import { parseHost } from '../wireguard/endpoint.ts';
import { parsePublicKey } from '../wireguard/key.ts';
import type { JwsRules, UnverifiedJws } from './compact-jws.ts';
import { readCompactJws } from './compact-jws.ts';

export const CERTIFICATE_TYPE = 'vpn-registration+jwt';
export const MAX_CERTIFICATE_BYTES = 4096;
/** Gateways give 30 days; a certificate that says more than this was not made by one. */
export const MAX_CERTIFICATE_LIFETIME_SECONDS = 366 * 86_400;

const epochSeconds = z.int().min(0);

const canonicalEndpointSchema = endpointSchema.refine(
  ({ public_key, host }) => isCanonical(public_key, host),
  'public_key or host is not written canonically',
);

/** What a registration covers. */
export const coveredEndpointsSchema = z.array(canonicalEndpointSchema).min(1).max(8);

/** The payload of a certificate: "gateway iss attests that the decision covers these endpoints for this device". */
export const certificateSchema = z
  .strictObject({
    ver: z.literal(1),
    /** The gateway's origin. */
    iss: z.string().min(1).max(255),
    /** The registration. */
    sub: z.uuid(),
    /** The certificate. */
    jti: z.string().min(1).max(64),
    iat: epochSeconds,
    nbf: epochSeconds,
    exp: epochSeconds,
    /** RFC 7800, with the thumbprint as in RFC 9449 section 6.1: the device's key. */
    cnf: z.strictObject({ jkt: z.string().regex(/^[A-Za-z0-9_-]{43}$/) }),
    endpoints: coveredEndpointsSchema,
    decision: decisionSchema,
    /** `declared` has a type of its own. */
    assurance: z.enum(['attested', 'exempt', 'provisional']),
    status: z.strictObject({
      status_list: z.strictObject({ idx: z.int().min(0), uri: z.string().min(1).max(2048) }),
    }),
  })
  .refine(({ iat, nbf, exp }) => exp > iat && exp > nbf, 'exp is not after iat and nbf')
  .refine(({ iat, exp }) => exp - iat <= MAX_CERTIFICATE_LIFETIME_SECONDS, 'valid for more than 366 days');
export type CertificateClaims = z.infer<typeof certificateSchema>;

const rules = {
  typ: CERTIFICATE_TYPE,
  key: 'kid',
  maxBytes: MAX_CERTIFICATE_BYTES,
  codes: {
    tooLarge: 'certificate_too_large',
    malformed: 'certificate_malformed',
    algorithm: 'algorithm_not_allowed',
    type: 'certificate_type_wrong',
    header: 'header_not_allowed',
    signature: 'signature_invalid',
  },
} as const satisfies JwsRules;

/** Reads the header. Throws a RefusedError. */
export function readCertificate(text: string): UnverifiedJws<string> {
  return readCompactJws(text, rules);
}

function isCanonical(publicKey: string, host: string): boolean {
  try {
    return parsePublicKey(publicKey) === publicKey && parseHost(host).value === host;
  } catch {
    // The parsers say why; to the schema it only matters that it is not.
    return false;
  }
}
