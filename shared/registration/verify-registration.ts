import type { TunnelConfiguration } from '../wireguard/configuration.ts';
import type { ClockReading } from './clock.ts';
import type { DeviceProof } from './device-proof.ts';
import { checkDeviceProof } from './device-proof.ts';
import type { PresentedEndpoint } from './endpoint-coverage.ts';
import { presentedEndpoints } from './endpoint-coverage.ts';
import { judgeRegistration, openRegistration } from './judgement.ts';
import type { Grounds, RegistrationClaims } from './judgement.ts';
import type { Primitives } from './primitives.ts';
import type { Refusal } from './refusal.ts';
import { refuse, RefusedError } from './refusal.ts';

const brand: unique symbol = Symbol('verified');

/**
 * Proof that the gate was passed: only `verifyRegistration` and `reverifyRegistration` make one, the compiler
 * lets nobody else, and `isVerifiedRegistration` tells a cast one from a true one at run time.
 */
export interface VerifiedRegistration {
  readonly [brand]: true;
  /** By whose word: `claims.assurance`. */
  readonly claims: RegistrationClaims;
  /** The certificate, or the declaration in its place. */
  readonly certificateText: string;
  /** Thumbprint of the key that signed it. */
  readonly issuerKey: string;
  /** What was verified, and so what may be brought up. */
  readonly configuration: TunnelConfiguration;
  /** The clock's time of the latest verification, in seconds since the epoch. */
  readonly verifiedAt: number;
}

export type Verification =
  | { readonly kind: 'verified'; readonly registration: VerifiedRegistration }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const genuine = new WeakSet();

/** Asked by whatever brings a tunnel up, at run time, right before it does. */
export function isVerifiedRegistration(value: unknown): value is VerifiedRegistration {
  return typeof value === 'object' && value !== null && genuine.has(value);
}

/**
 * The gate. Order of checks: nothing is interpreted before it is authenticated. Size and header of the
 * certificate, the key it names among the anchored ones, the signature; then its claims, who may say them, when
 * they count, what they cover, whether they still stand; the device proof last, as it rests on the claims. A
 * declaration in the certificate's place passes it only where the policy accepts the registrant's own word.
 */
export function verifyRegistration(
  options: Grounds & {
    /** Undefined: none is known for this tunnel. */
    readonly certificate: string | undefined;
    readonly configuration: TunnelConfiguration;
    readonly deviceProof: DeviceProof;
    readonly primitives: Primitives;
  },
): Verification {
  const { certificate, configuration, deviceProof, clock, primitives } = options;
  return settle(() => {
    if (certificate === undefined) refuse('unregistered');
    const { claims, issuerKey } = openRegistration({ ...options, certificate });
    judgeRegistration({ ...options, claims, issuerKey, endpoints: presentedEndpoints(configuration) });
    const proof = { proof: deviceProof, jkt: claims.cnf.jkt, now: clock.now };
    checkDeviceProof({ ...proof, certificate, configuration, primitives });
    return { claims, certificateText: certificate, issuerKey, configuration };
  }, clock);
}

/**
 * The gate again for what has passed it: on a timer and whenever a list, a key set or the policy changed. The
 * signature and the device proof were verified and do not change; everything that time and news decide is.
 */
export function reverifyRegistration(
  options: Grounds & { readonly registration: VerifiedRegistration },
): Verification {
  const { registration } = options;
  return settle(() => {
    if (!isVerifiedRegistration(registration)) refuse('unregistered');
    const endpoints = presentedEndpoints(registration.configuration);
    judgeRegistration({ ...options, ...registration, endpoints });
    return registration;
  }, options.clock);
}

/** Would this certificate open the gate for these endpoints now? Device proof aside. null: it would. */
export function checkRegistration(
  options: Grounds & {
    readonly certificate: string | undefined;
    readonly endpoints: readonly PresentedEndpoint[];
    readonly primitives: Primitives;
  },
): Refusal | null {
  const { certificate, endpoints } = options;
  try {
    if (certificate === undefined) refuse('unregistered');
    judgeRegistration({ ...options, ...openRegistration({ ...options, certificate }), endpoints });
    return null;
  } catch (error) {
    return refusalIn(error);
  }
}

type Verified = Pick<VerifiedRegistration, 'claims' | 'certificateText' | 'issuerKey' | 'configuration'>;

function settle(judge: () => Verified, clock: ClockReading): Verification {
  try {
    return { kind: 'verified', registration: register(judge(), clock) };
  } catch (error) {
    return { kind: 'refused', refusal: refusalIn(error) };
  }
}

function register(verified: Verified, clock: ClockReading): VerifiedRegistration {
  const { claims, certificateText, issuerKey, configuration } = verified;
  const registration: VerifiedRegistration = Object.freeze({
    [brand]: true as const,
    claims: deepFrozen(claims),
    certificateText,
    issuerKey,
    configuration,
    verifiedAt: clock.now,
  });
  genuine.add(registration);
  return registration;
}

/** The claims are this module's own; the configuration is its caller's, whose types are read-only. */
function deepFrozen<Value extends object>(value: Value): Value {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) deepFrozen(member);
  }
  return Object.freeze(value);
}

/** Anything that is no refusal is a defect: it goes up, and nothing is verified. */
function refusalIn(error: unknown): Refusal {
  if (error instanceof RefusedError) return error.refusal;
  throw error;
}
