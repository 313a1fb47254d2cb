import type { EndpointClaim } from '#shared/contract/gateway-contract.ts';
import {
  certificateSchema,
  MAX_CERTIFICATE_BYTES,
  type CertificateClaims,
} from '#shared/registration/certificate.ts';
import { declarationSchema, type DeclarationClaims } from '#shared/registration/declaration.ts';
import { checkCoverage, type PresentedEndpoint } from '#shared/registration/endpoint-coverage.ts';
import { RefusedError } from '#shared/registration/refusal.ts';
import type { StoredTunnel } from '../tunnel/stored-tunnel.ts';
import type { StoredDeclaration } from './stored-declaration.ts';
import type { StoredRegistration } from './stored-registration.ts';

/**
 * What a certificate says, unverified: enough to choose one and to show it. Whether it opens the gate is for the
 * service to say. undefined: it is not a certificate.
 */
export function readClaims(certificate: string): CertificateClaims | undefined {
  return certificateSchema.safeParse(payloadOf(certificate)).data;
}

/** The same of a declaration. */
export function readDeclaration(declaration: string): DeclarationClaims | undefined {
  return declarationSchema.safeParse(payloadOf(declaration)).data;
}

function payloadOf(text: string): unknown {
  if (text.length > MAX_CERTIFICATE_BYTES) return undefined;
  try {
    return JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString('utf8'));
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

export interface CertificateCandidate {
  readonly kind: 'certificate';
  readonly registration: StoredRegistration;
  readonly certificate: string;
  readonly claims: CertificateClaims;
}

export interface DeclarationCandidate {
  readonly kind: 'declaration';
  readonly declaration: StoredDeclaration;
  /** What goes in a certificate's place. */
  readonly certificate: string;
  readonly claims: DeclarationClaims;
}

/** What a person has for their tunnels: by gateways' word, and by their own. */
export interface Registered {
  readonly registrations: readonly StoredRegistration[];
  readonly declarations: readonly StoredDeclaration[];
}

/** Something to show for a tunnel. */
export type Candidate = CertificateCandidate | DeclarationCandidate;

/** What covers a tunnel: certificates first, then what was stated alone; of each the newest first. */
export function candidatesFor(
  tunnel: StoredTunnel,
  { registrations, declarations }: Registered,
): readonly Candidate[] {
  const stated = declarations.flatMap((declaration): DeclarationCandidate[] => {
    const claims = readDeclaration(declaration.declaration);
    if (claims === undefined || !covers(claims.endpoints, tunnel)) return [];
    return [{ kind: 'declaration', declaration, certificate: declaration.declaration, claims }];
  });
  return [...certificatesFor(tunnel, registrations), ...stated.toSorted(newestFirst)];
}

/** The certificates that cover a tunnel, the newest first. */
export function certificatesFor(
  tunnel: StoredTunnel,
  registrations: readonly StoredRegistration[],
): readonly CertificateCandidate[] {
  const candidates = registrations.flatMap((registration): CertificateCandidate[] => {
    const { certificate } = registration;
    const claims = certificate === null ? undefined : readClaims(certificate);
    if (certificate === null || claims === undefined) return [];
    if (!covers(claims.endpoints, tunnel)) return [];
    return [{ kind: 'certificate', registration, certificate, claims }];
  });
  return candidates.toSorted(newestFirst);
}

function newestFirst(a: Candidate, b: Candidate): number {
  return b.claims.iat - a.claims.iat;
}

/** A third of its life is left: time enough for several tries before it ends. */
export function isDueForRenewal({ iat, exp }: Pick<CertificateClaims, 'iat' | 'exp'>, now: number): boolean {
  return now >= exp - (exp - iat) / 3;
}
