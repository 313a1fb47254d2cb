import * as z from 'zod';
import { openPayload, readCompactJws, type JwsRules } from '../compact-jws.ts';
import { isExpired, type ClockReading } from '../clock.ts';
import { firstIssue } from '../first-issue.ts';
import { findKey, type VerifiedKeySet } from '../key-set.ts';
import type { Primitives } from '../primitives.ts';
import { RefusedError, refuse, type RefusalCode } from '../refusal.ts';
import { profileError, type ProfileProblemCode } from './profile-problem.ts';
import { MAX_PROFILE_BYTES } from './profile-schema.ts';
import { readProfile, type AuthorityProfile } from './read-profile.ts';

export const PROFILE_TYPE = 'sanad-profile+jwt';
/** A profile of MAX_PROFILE_BYTES in base64url, with what is around it. */
export const MAX_SIGNED_PROFILE_BYTES = Math.ceil((MAX_PROFILE_BYTES * 4) / 3) + 2048;

/** The payload of a signed profile. */
export const signedProfileSchema = z.strictObject({
  ver: z.literal(1),
  /** The origin of the gateway that offers it. */
  iss: z.string().max(255),
  iat: z.int().min(0),
  /** In the form of `authorityProfileSchema`. */
  profile: z.unknown(),
});
export type SignedProfileClaims = z.infer<typeof signedProfileSchema>;

const verified: unique symbol = Symbol('verified');

/** A profile that a key with the role signed. Made here only. */
export interface SignedProfile {
  readonly [verified]: true;
  readonly issuer: string;
  readonly issuedAt: number;
  readonly profile: AuthorityProfile;
  /** As delivered: what is kept on disk. */
  readonly text: string;
}

interface ProfileSource {
  readonly text: string;
  readonly keySet: VerifiedKeySet;
  readonly primitives: Primitives;
}

/** Compact JWS are read for the gate, in its words; below they become a profile's. */
const rules = {
  typ: PROFILE_TYPE,
  key: 'kid',
  maxBytes: MAX_SIGNED_PROFILE_BYTES,
  codes: {
    tooLarge: 'certificate_too_large',
    malformed: 'certificate_malformed',
    algorithm: 'algorithm_not_allowed',
    type: 'certificate_type_wrong',
    header: 'header_not_allowed',
    signature: 'signature_invalid',
  },
} as const satisfies JwsRules;

const inWordsOfProfiles: Partial<Record<RefusalCode, ProfileProblemCode>> = {
  certificate_too_large: 'profile_too_large',
  certificate_malformed: 'profile_malformed',
  algorithm_not_allowed: 'profile_malformed',
  certificate_type_wrong: 'profile_malformed',
  header_not_allowed: 'profile_malformed',
  signature_invalid: 'profile_signature_invalid',
};

/**
 * Takes a profile that somebody delivered: signed by a key with the role in the gateway's key set, in a form that this
 * program can judge, and not older than `stored`, else a SanadError and `stored` stays in force. The same profile
 * again, signed anew, takes its place; another one of the same version is refused.
 */
export function acceptProfile(
  options: ProfileSource & {
    /** The last one seen of that name at that gateway. */
    readonly stored: SignedProfile | AuthorityProfile | undefined;
    /** What else is known, as what comes with the program: each version says one thing, whoever signs it. */
    readonly known?: readonly AuthorityProfile[];
    readonly clock: ClockReading;
  },
): SignedProfile {
  const { stored, known = [], keySet, clock } = options;
  if (isExpired(keySet.expiresAt, clock)) refuse('key_set_expired');
  const signed = openSignedProfile(options);
  if (stored !== undefined) requireNotOlder(signed, stored);
  for (const other of known) requireSameWhereSameVersion(signed.profile, other);
  return signed;
}

/** Reads back what was accepted before: verified again, whatever is stored and whenever the key set expires. */
export function openSignedProfile({ text, keySet, primitives }: ProfileSource): SignedProfile {
  const claims = claimsOf(text, keySet, primitives);
  if (claims.iss !== keySet.issuer) throw profileError('profile_issuer_wrong');
  return {
    [verified]: true,
    issuer: claims.iss,
    issuedAt: claims.iat,
    profile: readProfile(claims.profile),
    text,
  };
}

function claimsOf(text: string, keySet: VerifiedKeySet, primitives: Primitives): SignedProfileClaims {
  try {
    const jws = readCompactJws(text, rules);
    const key = findKey(keySet, jws.key);
    if (key === undefined) throw profileError('profile_key_not_allowed', 'the key set has no such key');
    const claims = signedProfileSchema.safeParse(openPayload(jws, key.publicKey, primitives));
    if (!claims.success) throw profileError('profile_malformed', firstIssue(claims.error), claims.error);
    if (!key.roles.includes('profile')) throw profileError('profile_key_not_allowed', 'not its role');
    return claims.data;
  } catch (error) {
    const code = error instanceof RefusedError ? inWordsOfProfiles[error.refusal.code] : undefined;
    throw code === undefined ? error : profileError(code, undefined, error);
  }
}

function requireNotOlder(signed: SignedProfile, stored: SignedProfile | AuthorityProfile): void {
  const before = 'profile' in stored ? stored.profile : stored;
  const { id, version } = signed.profile.document;
  if (before.document.id !== id) throw profileError('profile_conflict', `${id} in place of another`);
  if (version < before.document.version) {
    throw profileError('profile_older', `version ${version} after ${before.document.version}`);
  }
  requireSameWhereSameVersion(signed.profile, before);
}

/** Signed anew it is another text; what it says is what people have gone by. */
function requireSameWhereSameVersion(profile: AuthorityProfile, other: AuthorityProfile): void {
  if (profile.reference === other.reference && !isSame(profile.document, other.document)) {
    throw profileError('profile_conflict', `version ${profile.document.version}`);
  }
}

function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    return one === other;
  }
  const [members, others] = [Object.entries(one), new Map(Object.entries(other))];
  return (
    Array.isArray(one) === Array.isArray(other) &&
    members.length === others.size &&
    members.every(([name, value]) => others.has(name) && isSame(value, others.get(name)))
  );
}
