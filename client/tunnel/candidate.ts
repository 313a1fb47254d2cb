import { SanadError } from '#shared/contract/problem.ts';
import type { ClientContext } from '../client-context.ts';
import type { DaemonConnection } from '../daemon/daemon-connection.ts';
import { checkRegistration } from '../registration/check.ts';
import type { CertificateWish } from '../registration/follow.ts';
import {
  candidatesFor,
  certificatesFor,
  covers,
  isDueForRenewal,
  type Candidate,
  type CertificateCandidate,
  type Registered,
} from '../registration/read-certificate.ts';
import { isOver, type StoredRegistration } from '../registration/stored-registration.ts';
import type { StoredTunnel } from './stored-tunnel.ts';

export interface Known extends Registered {
  readonly tunnel: StoredTunnel;
}

/**
 * The best there is to show for the tunnel: a certificate rather than the person's own word, which is never renewed for
 * them. A certificate that nears its end is renewed on the way, if the gateway answers; where
 * there is none although a case is under way, it may be there by now.
 */
export async function freshCandidate(
  context: ClientContext,
  daemon: DaemonConnection,
  known: Known,
): Promise<Candidate | undefined> {
  const candidate = await bestCandidate(daemon, known);
  if (candidate === undefined || candidate.kind === 'declaration') {
    return (await askedAnew(context, known, awaiting(known), 'now')) ?? candidate;
  }
  if (!isDueForRenewal(candidate.claims, context.now())) return candidate;
  return (await askedAnew(context, known, candidate.registration, 'due')) ?? candidate;
}

/**
 * Another certificate than one that was refused, if there is one: the gateway may have given a newer one that did not
 * arrive, and ended this one for it.
 */
export async function otherCandidate(
  context: ClientContext,
  known: Known,
  refused: CertificateCandidate,
): Promise<Candidate | undefined> {
  const other = await askedAnew(context, known, refused.registration, 'renew');
  return other?.certificate === refused.certificate ? undefined : other;
}

async function bestCandidate(daemon: DaemonConnection, known: Known): Promise<Candidate | undefined> {
  const { tunnel } = known;
  const candidates = candidatesFor(tunnel, known);
  if (candidates.length < 2) return candidates[0];
  return (await checkRegistration(daemon, tunnel, known)).candidate;
}

/** The newest case for the tunnel from which a certificate may still come. */
function awaiting({ tunnel, registrations }: Known): StoredRegistration | undefined {
  return registrations.find(({ view }) => !isOver(view.state) && covers(view.endpoints, tunnel));
}

async function askedAnew(
  context: ClientContext,
  { tunnel }: Known,
  registration: StoredRegistration | undefined,
  certificate: CertificateWish,
): Promise<CertificateCandidate | undefined> {
  if (registration === undefined) return undefined;
  try {
    // Loaded when needed: with HTTP and TLS it takes longer than everything else here.
    const { follow } = await import('../registration/follow.ts');
    const followed = await follow(context, registration, { certificate });
    return certificatesFor(tunnel, [followed.registration])[0];
  } catch (cause) {
    // No gateway, no room on the disk: the service says whether the one at hand still counts.
    if (cause instanceof SanadError && /^(gateway|internal)$/.test(cause.problem.kind)) return undefined;
    throw cause;
  }
}
