import type { EndpointClaim } from '#shared/contract/gateway-contract.ts';
import {
  certificateSchema,
  MAX_CERTIFICATE_BYTES,
  type CertificateClaims,
} from '#shared/registration/certificate.ts';
import { checkCoverage, type PresentedEndpoint } from '#shared/registration/endpoint-coverage.ts';
import { RefusedError } from '#shared/registration/refusal.ts';
import type { StoredTunnel } from '../tunnel/stored-tunnel.ts';
import type { StoredRegistration } from './stored-registration.ts';

/**
 * What a certificate says, unverified: enough to choose one and to show it. Whether it opens the gate is for the
 * service to say. undefined: it is not a certificate.
 */
export function readClaims(certificate: string): CertificateClaims | undefined {
  if (certificate.length > MAX_CERTIFICATE_BYTES) return undefined;
  try {
    const payload = Buffer.from(certificate.split('.')[1] ?? '', 'base64url').toString('utf8');
    return certificateSchema.safeParse(JSON.parse(payload)).data;
  } catch {
    return undefined;
  }
}

/** A tunnel's peers, as certificates and the service name them. */
export function endpointsOf(tunnel: StoredTunnel): PresentedEndpoint[] {
  return tunnel.configuration.peers.map(({ publicKey, endpoint }) => ({ publicKey, ...endpoint }));
}

export function endpointClaimsOf(tunnel: StoredTunnel): EndpointClaim[] {
  return endpointsOf(tunnel).map(({ publicKey, host, port }) => ({ public_key: publicKey, host, port }));
}

/** Whether every peer of the tunnel is among the endpoints. */
export function covers(endpoints: readonly EndpointClaim[], tunnel: StoredTunnel): boolean {
  try {
    checkCoverage(endpointsOf(tunnel), endpoints);
    return true;
  } catch (cause) {
    if (cause instanceof RefusedError) return false;
    throw cause;
  }
}

export interface Candidate {
  readonly registration: StoredRegistration;
  readonly certificate: string;
  readonly claims: CertificateClaims;
}

/** The certificates that cover a tunnel, the newest first. */
export function candidatesFor(
  tunnel: StoredTunnel,
  registrations: readonly StoredRegistration[],
): readonly Candidate[] {
  const candidates = registrations.flatMap((registration): Candidate[] => {
    const { certificate } = registration;
    const claims = certificate === null ? undefined : readClaims(certificate);
    if (certificate === null || claims === undefined) return [];
    return covers(claims.endpoints, tunnel) ? [{ registration, certificate, claims }] : [];
  });
  return candidates.toSorted((a, b) => b.claims.iat - a.claims.iat);
}

/** A third of its life is left: time enough for several tries before it ends. */
export function isDueForRenewal({ iat, exp }: Pick<CertificateClaims, 'iat' | 'exp'>, now: number): boolean {
  return now >= exp - (exp - iat) / 3;
}
