import * as z from 'zod';
import { decisionSchema } from '../contract/gateway-contract.ts';
import { coveredEndpointsSchema, MAX_CERTIFICATE_BYTES } from './certificate.ts';
import type { JwsRules } from './compact-jws.ts';
import { claimedType, openPayload, readCompactJws } from './compact-jws.ts';
import { firstIssue } from './first-issue.ts';
import type { Primitives } from './primitives.ts';
import { refuse } from './refusal.ts';
import { publicKeyBytes, thumbprint } from './thumbprint.ts';

export const DECLARATION_TYPE = 'vpn-declaration+jwt';
/** As of a certificate: both travel in the same place. */
export const MAX_DECLARATION_BYTES = MAX_CERTIFICATE_BYTES;
/** Nobody can revoke a declaration, so it ends soon; going on takes stating it again. */
export const MAX_DECLARATION_LIFETIME_SECONDS = 90 * 86_400;

/** RFC 9278: a key as an issuer. */
const ISSUER_PREFIX = 'urn:ietf:params:oauth:jwk-thumbprint:sha-256:';

const epochSeconds = z.int().min(0);
const sha256 = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/**
 * The payload of a declaration: "I, the holder of this device's key, state that the authority decided this about
 * these endpoints". Self-signed, so it proves nothing about the authority; whether it counts is the policy's to say.
 */
export const declarationSchema = z
  .strictObject({
    ver: z.literal(1),
    /** `declarationIssuer` of the device's key. */
    iss: z.string().min(1).max(255),
    /** The registration, as its registrant named it; the same when it is stated again. */
    sub: z.uuid(),
    /** This statement of it. */
    jti: z.string().min(1).max(64),
    iat: epochSeconds,
    nbf: epochSeconds,
    exp: epochSeconds,
    cnf: z.strictObject({ jkt: sha256 }),
    endpoints: coveredEndpointsSchema,
    decision: decisionSchema,
    assurance: z.literal('declared'),
    /**
     * What the registrant can show later without showing it now: base64url of SHA-256 over 32 random bytes and the
     * reference's UTF-8, or the SHA-256 of the evidence file. A reference is short and could be guessed without them.
     */
    commitments: z.strictObject({ reference: sha256.optional(), evidence: sha256.optional() }).optional(),
  })
  .refine(({ iat, nbf, exp }) => exp > iat && exp > nbf, 'exp is not after iat and nbf')
  .refine(({ iat, exp }) => exp - iat <= MAX_DECLARATION_LIFETIME_SECONDS, 'valid for more than 90 days')
  .refine(({ iat, decision }) => decision.decided_at <= iat, 'states a decision of later than itself');
export type DeclarationClaims = z.infer<typeof declarationSchema>;

const rules = {
  typ: DECLARATION_TYPE,
  key: 'jwk',
  maxBytes: MAX_DECLARATION_BYTES,
  codes: {
    tooLarge: 'declaration_malformed',
    malformed: 'declaration_malformed',
    algorithm: 'declaration_malformed',
    type: 'declaration_malformed',
    header: 'declaration_malformed',
    signature: 'declaration_signature_invalid',
  },
} as const satisfies JwsRules;

/** The issuer of what the key with this thumbprint states by itself. */
export function declarationIssuer(jkt: string): string {
  return ISSUER_PREFIX + jkt;
}

/** Whether the text says of itself that it is a declaration: how to read it, and nothing more. */
export function claimsToBeDeclaration(text: string): boolean {
  return claimedType(text) === DECLARATION_TYPE;
}

/** The claims, signed by the key that they are about. Throws a RefusedError. */
export function openDeclaration(options: { readonly declaration: string; readonly primitives: Primitives }): {
  readonly claims: DeclarationClaims;
  readonly issuerKey: string;
} {
  const { declaration, primitives } = options;
  const jws = readCompactJws(declaration, rules);
  const publicKey = publicKeyBytes(jws.key);
  if (publicKey === undefined) refuse('declaration_malformed', 'jwk is not 32 bytes of base64url');
  const claims = declarationSchema.safeParse(openPayload(jws, publicKey, primitives));
  if (!claims.success) refuse('declaration_claims_invalid', firstIssue(claims.error), claims.error);
  const issuerKey = thumbprint(jws.key, primitives);
  const { iss, cnf } = claims.data;
  // A key speaks for itself alone: in no other's name, and for no other device.
  if (iss !== declarationIssuer(issuerKey)) refuse('declaration_claims_invalid', 'iss is not its own key');
  if (cnf.jkt !== issuerKey) refuse('declaration_claims_invalid', 'cnf is not its own key');
  return { claims: claims.data, issuerKey };
}
