import * as z from 'zod';
import type { Anchor } from '../contract/gateway-contract.ts';
import { devicePublicJwkSchema } from '../contract/gateway-contract.ts';
import { parseHost } from '../wireguard/endpoint.ts';
import { assuranceSchema } from './assurance.ts';
import type { Assurance } from './assurance.ts';
import type { ClockReading } from './clock.ts';
import { formatTime, isExpired } from './clock.ts';
import type { JwsRules } from './compact-jws.ts';
import { openPayload, readCompactJws } from './compact-jws.ts';
import { firstIssue } from './first-issue.ts';
import { isOrigin } from './origin.ts';
import type { Primitives } from './primitives.ts';
import { refuse } from './refusal.ts';
import { publicKeyBytes, thumbprint } from './thumbprint.ts';

export const KEY_SET_TYPE = 'sanad-key-set+jwt';
export const MAX_KEY_SET_BYTES = 128 * 1024;

export const keyRoles = ['certificate', 'status', 'profile'] as const;
export type KeyRole = (typeof keyRoles)[number];

const epochSeconds = z.int().min(0);
const origin = z.string().max(255).refine(isOrigin, 'not an origin');
const hostSuffix = z
  .string()
  .max(253)
  .refine(isName, 'not a lower-case host name of A-labels without a leading dot');

const keySchema = devicePublicJwkSchema.extend({
  kid: z.string(),
  /** Strings here; an unknown one is refused by its own code. */
  roles: z.array(z.string().max(32)).max(8),
  /** What a `certificate` key may say. */
  assurances: z.array(assuranceSchema).max(8),
  /** Present: the key may cover only names that equal one of these or end in "." and one of these. */
  host_suffixes: z.array(hostSuffix).max(64).optional(),
});

/** The payload of a key set. */
export const keySetSchema = z.strictObject({
  ver: z.literal(1),
  iss: origin,
  /** Grows with every change. */
  version: z.int().min(1),
  iat: epochSeconds,
  exp: epochSeconds,
  keys: z.array(keySchema).max(64),
  gateway_origins: z.array(origin).max(8),
  status_origins: z.array(origin).max(8),
});
export type KeySetClaims = z.infer<typeof keySetSchema>;

/** A key that a root key vouches for. */
export interface IssuingKey {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly publicKey: Uint8Array;
  readonly roles: readonly KeyRole[];
  readonly assurances: readonly Assurance[];
  readonly hostSuffixes: readonly string[] | undefined;
}

const verified: unique symbol = Symbol('verified');

/** A key set whose root signature was verified. Made here only. */
export interface VerifiedKeySet {
  readonly [verified]: true;
  /** The gateway's origin. */
  readonly issuer: string;
  readonly version: number;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** By kid. */
  readonly keys: ReadonlyMap<string, IssuingKey>;
  readonly gatewayOrigins: readonly string[];
  readonly statusOrigins: readonly string[];
  /** As delivered: what is kept on disk. */
  readonly text: string;
}

interface KeySetSource {
  readonly text: string;
  /** Whose root keys count. */
  readonly anchor: Anchor;
  readonly primitives: Primitives;
}

const rules = {
  typ: KEY_SET_TYPE,
  key: 'kid',
  maxBytes: MAX_KEY_SET_BYTES,
  codes: {
    tooLarge: 'key_set_malformed',
    malformed: 'key_set_malformed',
    algorithm: 'key_set_malformed',
    type: 'key_set_malformed',
    header: 'key_set_malformed',
    signature: 'key_set_signature_invalid',
  },
} as const satisfies JwsRules;

/**
 * Takes a key set that somebody delivered: verified, unexpired and not older than `stored`, else a RefusedError
 * and `stored` stays in force. The same key set again is answered with `stored` itself.
 */
export function acceptKeySet(
  options: KeySetSource & { readonly stored: VerifiedKeySet | undefined; readonly clock: ClockReading },
): VerifiedKeySet {
  const { text, stored, clock } = options;
  if (stored?.text === text && stored.issuer === options.anchor.origin) return stored;
  const keySet = restoreKeySet(options);
  if (isExpired(keySet.expiresAt, clock)) refuse('key_set_expired', formatTime(keySet.expiresAt));
  if (stored?.issuer !== keySet.issuer) return keySet;
  if (keySet.version < stored.version) refuse('key_set_older', `${keySet.version} after ${stored.version}`);
  if (keySet.version === stored.version) refuse('key_set_conflict', `version ${keySet.version}`);
  return keySet;
}

/**
 * Reads back what was accepted before, e.g. from disk: verified again, except that it may have expired since.
 * An expired key set opens nothing (`verifyRegistration` refuses it) but still keeps older ones out.
 */
export function restoreKeySet({ text, anchor, primitives }: KeySetSource): VerifiedKeySet {
  const claims = openKeySet({ text, roots: anchor.root_keys, primitives });
  if (claims.iss !== anchor.origin) refuse('key_set_malformed', 'iss is not the anchor’s origin');
  return keySetOf(claims, text, primitives);
}

/**
 * The same where it is not known whose key set it is. Its root key alone does not tell: any anchor may list any public
 * key. A key set of a gateway whose anchor is not given is `key_set_root_unknown`.
 */
export function restoreAnyKeySet(options: {
  readonly text: string;
  readonly anchors: readonly Pick<Anchor, 'origin' | 'root_keys'>[];
  readonly primitives: Primitives;
}): VerifiedKeySet {
  const { text, anchors, primitives } = options;
  const claims = openKeySet({ text, roots: anchors.flatMap((anchor) => anchor.root_keys), primitives });
  const roots = anchors.filter(({ origin: of }) => of === claims.iss).flatMap((anchor) => anchor.root_keys);
  // Once more, by its own gateway's root keys alone.
  openKeySet({ text, roots, primitives });
  return keySetOf(claims, text, primitives);
}

/** By whichever of the root keys it names. */
function openKeySet({
  text,
  roots,
  primitives,
}: {
  readonly text: string;
  readonly roots: Anchor['root_keys'];
  readonly primitives: Primitives;
}): KeySetClaims {
  const jws = readCompactJws(text, rules);
  const root = roots.find((key) => thumbprint(key, primitives) === jws.key);
  const publicKey = root && publicKeyBytes(root);
  if (publicKey === undefined) refuse('key_set_root_unknown');
  const claims = keySetSchema.safeParse(openPayload(jws, publicKey, primitives));
  if (!claims.success) refuse('key_set_malformed', firstIssue(claims.error), claims.error);
  if (claims.data.exp <= claims.data.iat) refuse('key_set_malformed', 'exp is not after iat');
  return claims.data;
}

/** The key of that name, if the set lists it. */
export function findKey(keySet: VerifiedKeySet, kid: string): IssuingKey | undefined {
  return keySet.keys.get(kid);
}

function keySetOf(claims: KeySetClaims, text: string, primitives: Primitives): VerifiedKeySet {
  return {
    [verified]: true,
    issuer: claims.iss,
    version: claims.version,
    issuedAt: claims.iat,
    expiresAt: claims.exp,
    keys: keysOf(claims.keys, primitives),
    gatewayOrigins: claims.gateway_origins,
    statusOrigins: claims.status_origins,
    text,
  };
}

function keysOf(listed: KeySetClaims['keys'], primitives: Primitives): ReadonlyMap<string, IssuingKey> {
  const keys = new Map<string, IssuingKey>();
  for (const key of listed) {
    const publicKey = publicKeyBytes(key);
    if (publicKey === undefined) refuse('key_set_malformed', 'a key is not 32 bytes of base64url');
    if (thumbprint(key, primitives) !== key.kid) refuse('key_set_malformed', 'a kid is not the thumbprint');
    if (keys.has(key.kid)) refuse('key_set_duplicate_key', key.kid);
    keys.set(key.kid, {
      kid: key.kid,
      publicKey,
      roles: key.roles.map(knownRole),
      assurances: key.assurances,
      hostSuffixes: key.host_suffixes,
    });
  }
  return keys;
}

function knownRole(role: string): KeyRole {
  return keyRoles.find((known) => known === role) ?? refuse('key_set_role_unknown', role);
}

function isName(text: string): boolean {
  try {
    const host = parseHost(text);
    return host.kind === 'name' && host.value === text;
  } catch {
    // parseHost says why; here it only matters that it is none.
    return false;
  }
}
