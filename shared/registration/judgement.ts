import type { CertificateClaims } from './certificate.ts';
import { certificateSchema, readCertificate } from './certificate.ts';
import type { ClockReading } from './clock.ts';
import { earliestNow, formatTime, isClockBehind, isExpired, knownPast } from './clock.ts';
import { openPayload } from './compact-jws.ts';
import type { DeclarationClaims } from './declaration.ts';
import { claimsToBeDeclaration, openDeclaration } from './declaration.ts';
import type { PresentedEndpoint } from './endpoint-coverage.ts';
import { checkCoverage, checkHostSuffixes } from './endpoint-coverage.ts';
import { firstIssue } from './first-issue.ts';
import type { IssuingKey, VerifiedKeySet } from './key-set.ts';
import { findKey } from './key-set.ts';
import type { Policy } from './policy.ts';
import type { Primitives } from './primitives.ts';
import { refuse, type RefusalCode } from './refusal.ts';
import type { VerifiedStatusList } from './status-list.ts';

/** What a judgement rests on besides the certificate. */
export interface Grounds {
  /** One a joined gateway. */
  readonly keySets: readonly VerifiedKeySet[];
  /** By uri. */
  readonly statusLists: ReadonlyMap<string, VerifiedStatusList>;
  readonly policy: Policy;
  readonly clock: ClockReading;
}

/** What an authentic certificate says, and the thumbprint of the key that signed it. */
export interface OpenedCertificate {
  readonly claims: CertificateClaims;
  readonly issuerKey: string;
}

/** What a registration says: by a gateway's word, or (`assurance` is `declared`) by the registrant's own. */
export type RegistrationClaims = CertificateClaims | DeclarationClaims;

export interface OpenedRegistration {
  readonly claims: RegistrationClaims;
  readonly issuerKey: string;
}

/** Authentic claims out of what stands in a certificate's place: a certificate, or a declaration. */
export function openRegistration(options: {
  readonly certificate: string;
  readonly keySets: readonly VerifiedKeySet[];
  readonly primitives: Primitives;
}): OpenedRegistration {
  const { certificate, primitives } = options;
  if (!claimsToBeDeclaration(certificate)) return openCertificate(options);
  return openDeclaration({ declaration: certificate, primitives });
}

/** Everything about authentic claims that time, news and policy decide. */
export function judgeRegistration(
  options: Grounds & OpenedRegistration & { readonly endpoints: readonly PresentedEndpoint[] },
): void {
  const { claims } = options;
  if (claims.assurance === 'declared') judgeDeclaration({ ...options, claims });
  else judgeCertificate({ ...options, claims });
}

/**
 * No key set and no status list: nobody but the registrant stands behind it. Its `iat` makes nothing past, because
 * whoever signs it may write any time.
 */
function judgeDeclaration(
  options: Grounds & {
    readonly claims: DeclarationClaims;
    readonly endpoints: readonly PresentedEndpoint[];
  },
): void {
  const { claims, policy, clock } = options;
  if (isClockBehind(clock)) refuse('clock_behind', `it is at least ${formatTime(clock.floor)}`);
  checkTimes({ claims, policy, clock, early: 'declaration_not_yet_valid', late: 'declaration_expired' });
  if (!policy.accepted_assurances.includes(claims.assurance)) refuse('declaration_not_accepted');
  checkCoverage(options.endpoints, claims.endpoints);
}

/** Authenticity: the claims come out only after a key of some anchored gateway has been found to have signed them. */
export function openCertificate(options: {
  readonly certificate: string;
  readonly keySets: readonly VerifiedKeySet[];
  readonly primitives: Primitives;
}): OpenedCertificate {
  const { certificate, keySets, primitives } = options;
  const jws = readCertificate(certificate);
  if (keySets.length === 0) refuse('key_set_missing');
  // A kid is the key's own hash: whichever set lists it, it is the same key.
  const key = keySets.map((keySet) => findKey(keySet, jws.key)).find((found) => found !== undefined);
  if (key === undefined) refuse('key_unknown');
  const claims = certificateSchema.safeParse(openPayload(jws, key.publicKey, primitives));
  if (!claims.success) refuse('certificate_claims_invalid', firstIssue(claims.error), claims.error);
  return { claims: claims.data, issuerKey: jws.key };
}

/** The same of a certificate. */
function judgeCertificate(
  options: Grounds & OpenedCertificate & { readonly endpoints: readonly PresentedEndpoint[] },
): void {
  const { claims, keySets, policy } = options;
  const keySet = keySets.find(({ issuer }) => issuer === claims.iss);
  if (keySet === undefined) refuse('issuer_unknown', claims.iss);
  const clock = knownPast(options.clock, keySet.issuedAt);
  if (isClockBehind(clock)) refuse('clock_behind', `it is at least ${formatTime(clock.floor)}`);
  if (isExpired(keySet.expiresAt, clock)) refuse('key_set_expired', formatTime(keySet.expiresAt));
  checkAuthority(claims, findKey(keySet, options.issuerKey));
  checkTimes({ claims, policy, clock, early: 'certificate_not_yet_valid', late: 'certificate_expired' });
  if (!policy.accepted_assurances.includes(claims.assurance))
    refuse('assurance_not_accepted', claims.assurance);
  checkCoverage(options.endpoints, claims.endpoints);
  checkStatus({ ...options, clock, keySet });
}

/** May this key, by its own issuer's key set, say this? */
function checkAuthority(claims: CertificateClaims, key: IssuingKey | undefined): void {
  if (key === undefined) refuse('key_unknown', `not listed by ${claims.iss}`);
  if (!key.roles.includes('certificate')) refuse('key_role_missing');
  if (!key.assurances.includes(claims.assurance)) refuse('assurance_not_allowed', claims.assurance);
  checkHostSuffixes(claims.endpoints, key.hostSuffixes);
}

function checkTimes(options: {
  readonly claims: RegistrationClaims;
  readonly policy: Policy;
  readonly clock: ClockReading;
  readonly early: RefusalCode;
  readonly late: RefusalCode;
}): void {
  const { claims, policy, clock, early, late } = options;
  const latestStart = earliestNow(clock) + policy.clock_tolerance_seconds;
  const startsAt = Math.max(claims.nbf, claims.iat);
  if (startsAt > latestStart) refuse(early, formatTime(startsAt));
  if (isExpired(claims.exp, clock)) refuse(late, formatTime(claims.exp));
  const validUntil = claims.decision.valid_until;
  if (validUntil !== undefined && isExpired(validUntil, clock))
    refuse('decision_expired', formatTime(validUntil));
}

function checkStatus(
  options: Pick<Grounds, 'statusLists' | 'policy' | 'clock'> & {
    readonly claims: CertificateClaims;
    readonly keySet: VerifiedKeySet;
  },
): void {
  const { claims, keySet, policy } = options;
  const { idx, uri } = claims.status.status_list;
  const list = options.statusLists.get(uri);
  if (list === undefined) refuse('status_list_missing');
  if (list.issuer !== claims.iss || list.uri !== uri) refuse('status_list_issuer_wrong');
  // The key may have been withdrawn since the list was accepted.
  if (findKey(keySet, list.kid)?.roles.includes('status') !== true) refuse('status_list_key_not_allowed');
  const clock = knownPast(options.clock, list.issuedAt);
  if (isClockBehind(clock)) refuse('clock_behind', `it is at least ${formatTime(clock.floor)}`);
  if (isExpired(list.expiresAt, clock)) refuse('status_list_expired', formatTime(list.expiresAt));
  if (earliestNow(clock) > list.issuedAt + policy.status_grace_seconds)
    refuse('status_list_stale', formatTime(list.issuedAt));
  checkStatusValue(list, idx);
}

function checkStatusValue(list: VerifiedStatusList, index: number): void {
  const status = list.statusAt(index);
  switch (status) {
    case 0:
      return;
    case 1:
      return refuse('registration_revoked');
    case 2:
      return refuse('registration_suspended');
    case 3:
      return refuse('status_unknown');
    case undefined:
      return refuse('status_index_out_of_range');
  }
}
