import * as z from 'zod';
import { decodeBase64Url } from './base64url.ts';
import type { ClockReading } from './clock.ts';
import { formatTime, isExpired } from './clock.ts';
import type { JwsRules, UnverifiedJws } from './compact-jws.ts';
import { openPayload, readCompactJws } from './compact-jws.ts';
import { firstIssue } from './first-issue.ts';
import type { VerifiedKeySet } from './key-set.ts';
import { findKey } from './key-set.ts';
import { originOf } from './origin.ts';
import type { Primitives } from './primitives.ts';
import { refuse } from './refusal.ts';

/** Token Status List, draft-ietf-oauth-status-list-21, the JWT form with 2 bits a status. */
export const STATUS_LIST_TYPE = 'statuslist+jwt';
/** As much as sanad-fetch hands over. A list of a million random statuses is 450 KB. */
export const MAX_STATUS_LIST_BYTES = 700 * 1024;
/** Four million certificates of one list; a larger gateway starts another list. */
export const MAX_INFLATED_BYTES = 1024 * 1024;
/** What a list may say about how long it stands: never longer than a week. */
export const MAX_STATUS_LIST_LIFETIME_SECONDS = 7 * 86_400;

/** Section 7.1 of the draft: 0 VALID, 1 INVALID (here: revoked), 2 SUSPENDED; 3 has no meaning here. */
const statusValues = [0, 1, 2, 3] as const;
export type StatusValue = (typeof statusValues)[number];

const epochSeconds = z.int().min(0);

/** The payload of a status list. Section 5.1 of the draft; `exp` and `ttl`, optional there, are required. */
export const statusListSchema = z
  .strictObject({
    iss: z.string().max(255),
    /** The list's own address, as certificates give it. */
    sub: z.string().max(2048),
    iat: epochSeconds,
    exp: epochSeconds,
    ttl: z.int().min(1).max(MAX_STATUS_LIST_LIFETIME_SECONDS),
    status_list: z.strictObject({ bits: z.literal(2), lst: z.string().min(1) }),
  })
  .refine(
    ({ iat, exp }) => exp > iat && exp - iat <= MAX_STATUS_LIST_LIFETIME_SECONDS,
    'exp is not within a week after iat',
  );
export type StatusListClaims = z.infer<typeof statusListSchema>;

const verified: unique symbol = Symbol('verified');

/** A status list whose signature was verified, inflated once. Made here only. */
export interface VerifiedStatusList {
  readonly [verified]: true;
  readonly issuer: string;
  readonly uri: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** After this long a newer one is worth asking for. */
  readonly ttlSeconds: number;
  /** Thumbprint of the key that signed it: it counts as long as the issuer's key set lists that key. */
  readonly kid: string;
  /** As delivered: what is kept on disk. */
  readonly text: string;
  /** Undefined beyond the list's end. */
  statusAt(index: number): StatusValue | undefined;
}

const rules = {
  typ: STATUS_LIST_TYPE,
  key: 'kid',
  maxBytes: MAX_STATUS_LIST_BYTES,
  codes: {
    tooLarge: 'status_list_too_large',
    malformed: 'status_list_malformed',
    algorithm: 'status_list_malformed',
    type: 'status_list_malformed',
    header: 'status_list_malformed',
    signature: 'status_list_signature_invalid',
  },
} as const satisfies JwsRules;

interface StatusListSource {
  readonly text: string;
  readonly keySet: VerifiedKeySet;
  readonly primitives: Primitives;
}

/**
 * Takes a list that was fetched: verified, unexpired and newer than `stored`, else a RefusedError and `stored`
 * stays in force. The same list again is answered with `stored` itself. With `stored` given, a list of another
 * address is refused.
 */
export function acceptStatusList(
  options: StatusListSource & {
    readonly stored: VerifiedStatusList | undefined;
    readonly clock: ClockReading;
  },
): VerifiedStatusList {
  const { text, keySet, stored, clock, primitives } = options;
  const list = verifyStatusList(text, [keySet], primitives);
  if (stored !== undefined && stored.uri !== list.uri)
    refuse('status_list_issuer_wrong', 'another list than the one asked for');
  return newer(list, stored, clock);
}

/**
 * Takes a list that somebody delivered without being asked: its key tells which key set is meant, its address,
 * read after the signature was verified, which list it replaces.
 */
export function acceptDeliveredStatusList(options: {
  readonly text: string;
  readonly keySets: readonly VerifiedKeySet[];
  /** By uri. */
  readonly stored: ReadonlyMap<string, VerifiedStatusList>;
  readonly clock: ClockReading;
  readonly primitives: Primitives;
}): VerifiedStatusList {
  const list = verifyStatusList(options.text, options.keySets, options.primitives);
  const stored = options.stored.get(list.uri);
  if (isOthersPlace(list, stored, options.keySets))
    refuse('status_list_issuer_wrong', 'another gateway’s list has that address');
  return newer(list, stored?.issuer === list.issuer ? stored : undefined, options.clock);
}

/**
 * A gateway's key set may name any origin for its lists, also another gateway's: its list there would take the place of
 * the other's. What is on a gateway's own origin is that gateway's; elsewhere it is whose list is known there.
 */
function isOthersPlace(
  list: VerifiedStatusList,
  stored: VerifiedStatusList | undefined,
  keySets: readonly VerifiedKeySet[],
): boolean {
  const origin = originOf(list.uri);
  if (origin === list.issuer) return false;
  const isTaken = stored !== undefined && stored.issuer !== list.issuer;
  return isTaken || keySets.some(({ issuer }) => issuer === origin);
}

/**
 * Reads back what was accepted before, e.g. from disk: verified again, except that it may have expired since.
 * An expired list opens nothing but still keeps older ones out.
 */
export function restoreStatusList({ text, keySet, primitives }: StatusListSource): VerifiedStatusList {
  return verifyStatusList(text, [keySet], primitives);
}

/**
 * The same where it is not known whose list it is. Its key alone does not tell: several gateways may list one key. A list
 * of a gateway whose key set is not given is `status_list_key_not_allowed` or `status_list_issuer_wrong`.
 */
export function restoreAnyStatusList(options: {
  readonly text: string;
  readonly keySets: readonly VerifiedKeySet[];
  readonly primitives: Primitives;
}): VerifiedStatusList {
  return verifyStatusList(options.text, options.keySets, options.primitives);
}

function newer(
  list: VerifiedStatusList,
  stored: VerifiedStatusList | undefined,
  clock: ClockReading,
): VerifiedStatusList {
  if (stored?.text === list.text) return stored;
  if (isExpired(list.expiresAt, clock)) refuse('status_list_expired', formatTime(list.expiresAt));
  if (stored === undefined) return list;
  // `iat` has a resolution of one second; issuers make it strictly increasing, so equal means two truths.
  if (list.issuedAt < stored.issuedAt) refuse('status_list_older', formatTime(list.issuedAt));
  if (list.issuedAt === stored.issuedAt) refuse('status_list_conflict', formatTime(list.issuedAt));
  return list;
}

function verifyStatusList(
  text: string,
  keySets: readonly VerifiedKeySet[],
  primitives: Primitives,
): VerifiedStatusList {
  const jws = readCompactJws(text, rules);
  const listing = keySets.filter((keySet) => findKey(keySet, jws.key) !== undefined);
  const claims = openStatusList(jws, listing, primitives);
  const keySet = listing.find(({ issuer }) => issuer === claims.iss);
  if (keySet === undefined) refuse('status_list_issuer_wrong', 'iss is not the key set’s');
  if (findKey(keySet, jws.key)?.roles.includes('status') !== true)
    refuse('status_list_key_not_allowed', 'the key has no status role');
  if (!mayServe(keySet, claims.sub)) refuse('status_list_issuer_wrong', 'sub is on no origin of the key set');
  const statuses = inflateStatuses(claims.status_list.lst, primitives);
  return statusListOf(claims, jws, statuses);
}

function openStatusList(
  jws: UnverifiedJws<string>,
  listing: readonly VerifiedKeySet[],
  primitives: Primitives,
): StatusListClaims {
  const key = listing.map((keySet) => findKey(keySet, jws.key)).find((found) => found !== undefined);
  if (key === undefined) refuse('status_list_key_not_allowed', 'no key set lists the key');
  const claims = statusListSchema.safeParse(openPayload(jws, key.publicKey, primitives));
  if (!claims.success) refuse('status_list_malformed', firstIssue(claims.error), claims.error);
  return claims.data;
}

function statusListOf(
  claims: StatusListClaims,
  jws: UnverifiedJws<string>,
  statuses: Uint8Array,
): VerifiedStatusList {
  return {
    [verified]: true,
    issuer: claims.iss,
    uri: claims.sub,
    issuedAt: claims.iat,
    expiresAt: claims.exp,
    ttlSeconds: claims.ttl,
    kid: jws.key,
    text: jws.text,
    statusAt: (index: number) => readStatus(statuses, index),
  };
}

function mayServe(keySet: VerifiedKeySet, uri: string): boolean {
  const origin = originOf(uri);
  return origin !== undefined && [keySet.issuer, ...keySet.statusOrigins].includes(origin);
}

function inflateStatuses(lst: string, primitives: Primitives): Uint8Array {
  const compressed = decodeBase64Url(lst);
  if (compressed === undefined) refuse('status_list_malformed', 'lst is not canonical base64url');
  try {
    return primitives.inflate(compressed, MAX_INFLATED_BYTES);
  } catch (error) {
    if (error instanceof RangeError) return refuse('status_list_too_large', 'inflated', error);
    return refuse('status_list_malformed', 'lst is not zlib data', error);
  }
}

/** Section 4.1 of the draft: four statuses a byte, the first in the lowest bits. */
function readStatus(statuses: Uint8Array, index: number): StatusValue | undefined {
  if (!Number.isSafeInteger(index) || index < 0) return undefined;
  const byte = statuses[Math.floor(index / 4)];
  return byte === undefined ? undefined : statusValues[(byte >> ((index % 4) * 2)) & 3];
}
