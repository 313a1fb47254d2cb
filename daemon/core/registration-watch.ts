import { earliestNow, type ClockReading } from '#shared/registration/clock.ts';
import type { VerifiedKeySet } from '#shared/registration/key-set.ts';
import type { Policy } from '#shared/registration/policy.ts';
import type { Refusal } from '#shared/registration/refusal.ts';
import type { VerifiedStatusList } from '#shared/registration/status-list.ts';
import { reverifyRegistration, type VerifiedRegistration } from '#shared/registration/verify-registration.ts';

/** Clocks jump and machines sleep: whatever has been calculated, look this often. */
const LONGEST_WAIT_SECONDS = 60;
const FIRST_RETRY_SECONDS = 15;

export interface Watched {
  readonly registration: VerifiedRegistration;
  readonly keySets: readonly VerifiedKeySet[];
  /** By uri. */
  readonly statusLists: ReadonlyMap<string, VerifiedStatusList>;
  readonly policy: Policy;
  readonly clock: ClockReading;
}

export type Watching =
  | { readonly kind: 'valid'; readonly lookAgainInSeconds: number }
  | { readonly kind: 'lost'; readonly refusal: Refusal };

/**
 * Does the registration behind a running tunnel still stand? Asked on a timer (`lookAgainInSeconds`) and at
 * every change of a list, a key set, the policy or the clock.
 */
export function watchRegistration(watched: Watched): Watching {
  const verification = reverifyRegistration(watched);
  if (verification.kind === 'refused') return { kind: 'lost', refusal: verification.refusal };
  const untilChange = Math.min(...losingMoments(watched)) - earliestNow(watched.clock);
  return { kind: 'valid', lookAgainInSeconds: Math.max(1, Math.min(untilChange, LONGEST_WAIT_SECONDS)) };
}

/** The first second, for each thing that time alone takes away, in which it is gone. */
function losingMoments({ registration, keySets, statusLists, policy }: Watched): readonly number[] {
  const { claims } = registration;
  const own = [
    claims.exp,
    ...(claims.decision.valid_until === undefined ? [] : [claims.decision.valid_until]),
  ];
  // Neither key set nor list says anything about what the registrant states alone.
  if (claims.assurance === 'declared') return own;
  const list = statusLists.get(claims.status.status_list.uri);
  return [
    ...own,
    ...keySets.filter(({ issuer }) => issuer === claims.iss).map(({ expiresAt }) => expiresAt),
    ...(list === undefined ? [] : [list.expiresAt, list.issuedAt + policy.status_grace_seconds + 1]),
  ];
}

/**
 * How long after a refresh to ask for status lists and key sets again. In the last quarter of the shortest ttl,
 * so that machines which started together do not ask together and see little of each other's rhythm; sooner
 * while it fails, doubling up to the ttl.
 */
export function refreshDelaySeconds(options: {
  readonly statusLists: Iterable<VerifiedStatusList>;
  /** Where there is no list yet. */
  readonly defaultTtlSeconds: number;
  /** Refreshes that failed since the last good one. */
  readonly failures: number;
  /** From 0 to below 1, drawn anew each time. */
  readonly fraction: number;
}): number {
  const ttls = [...options.statusLists].map(({ ttlSeconds }) => ttlSeconds);
  const ttl = ttls.length === 0 ? options.defaultTtlSeconds : Math.min(...ttls);
  const retry = FIRST_RETRY_SECONDS * 2 ** (options.failures - 1);
  const longest = options.failures === 0 ? ttl : Math.min(retry, ttl);
  return Math.max(1, longest * (1 - options.fraction / 4));
}
