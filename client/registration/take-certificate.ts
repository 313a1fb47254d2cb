import { isDeepStrictEqual } from 'node:util';
import { keepProof } from '../archive/keep.ts';
import type { Anchor, GatewayAnswer } from '#shared/contract/gateway-contract.ts';
import { SanadError, type Problem } from '#shared/contract/problem.ts';
import type { CertificateClaims } from '#shared/registration/certificate.ts';
import { withDaemon, type ClientContext } from '../client-context.ts';
import type { DaemonConnection } from '../daemon/daemon-connection.ts';
import { gatewayError } from '../gateway/gateway-problem.ts';
import { handOver } from './hand-over.ts';
import { readClaims } from './read-certificate.ts';
import { RegistrationStore } from './registration-store.ts';
import { requireGenuine } from './require-genuine.ts';
import type { StoredRegistration } from './stored-registration.ts';

export interface Taken {
  readonly registration: StoredRegistration;
  /** Why there is no certificate although there should be, or why the service did not take it; null: all is well. */
  readonly delivery: Problem | null;
  /** The tunnel that runs on it now, without having been touched; null: none does. */
  readonly handedTo: string | null;
}

interface Expected {
  readonly registration: StoredRegistration;
  readonly anchor: Anchor;
  /** Thumbprint of the key that it has to be for. */
  readonly device: string;
}

/**
 * Checks what the gateway delivers, hands it to the service, so that connecting needs no network, gives it to the
 * tunnel that runs on an earlier one, and keeps it. One that is there already stays until the service has taken the
 * new one: what opened the gate is not given up.
 */
export async function takeCertificate(
  context: ClientContext,
  answer: GatewayAnswer<'certificate'>,
  expected: Expected,
): Promise<Taken> {
  const { registration, anchor } = expected;
  requireOurs(requireGenuine(answer, { anchor, now: context.now() }), expected);
  const delivered = await deliver(context, registration, answer);
  const { refusal, kept, handedTo } = delivered;
  const store = new RegistrationStore(context.configDirectory);
  const updated = await store.change(registration, (now) => {
    if (refusal !== null && now.certificate !== null) return now;
    // Taken by another window meanwhile: what is newer stays.
    const isOvertaken = now.certificate !== registration.certificate && isNewer(now.certificate, answer);
    return isOvertaken ? now : { ...now, certificate: answer.certificate };
  });
  await keepProof(context, anchor, answer);
  return { registration: updated, delivery: refusal ?? kept, handedTo };
}

function isNewer(certificate: string | null, than: GatewayAnswer<'certificate'>): boolean {
  const issuedAt = (text: string | null): number => (text === null ? 0 : (readClaims(text)?.iat ?? 0));
  return issuedAt(certificate) > issuedAt(than.certificate);
}

/** Genuine, and what was asked for. */
function requireOurs(claims: CertificateClaims, { registration, anchor, device }: Expected): void {
  const isOurs =
    claims.iss === anchor.origin &&
    claims.sub === registration.view.id &&
    claims.cnf.jkt === device &&
    isDeepStrictEqual(claims.endpoints, registration.view.endpoints);
  if (!isOurs) throw gatewayError('gateway_answer_unexpected', { detail: 'not our certificate' });
}

interface Delivered {
  /** Why the service would not open the gate for it, or could not be asked. */
  readonly refusal: Problem | null;
  /** Why the running tunnel stays with the certificate that it has; the next connection takes the new one. */
  readonly kept: Problem | null;
  readonly handedTo: string | null;
}

async function deliver(
  context: ClientContext,
  registration: StoredRegistration,
  answer: GatewayAnswer<'certificate'>,
): Promise<Delivered> {
  let handed: Pick<Delivered, 'kept' | 'handedTo'> = { kept: null, handedTo: null };
  const refusal = await problemOf(
    withDaemon(context, async (daemon) => {
      await unlessOlder(daemon.request('deliver', { keySet: answer.key_set }));
      // Before the list: by it the certificate that the tunnel runs on may have ended.
      handed = await handOverIfNew(context, daemon, { registration, certificate: answer.certificate });
      await unlessOlder(daemon.request('deliver', { statusList: answer.status_list }));
      await requireOpening(daemon, answer.certificate);
    }),
  );
  return { refusal, ...handed };
}

async function handOverIfNew(
  context: ClientContext,
  daemon: DaemonConnection,
  options: { readonly registration: StoredRegistration; readonly certificate: string },
): Promise<Pick<Delivered, 'kept' | 'handedTo'>> {
  if (options.certificate === options.registration.certificate) return { kept: null, handedTo: null };
  let handedTo: string | null = null;
  const kept = await problemOf(
    handOver(context, daemon, options).then((name) => {
      handedTo = name;
    }),
  );
  return { kept, handedTo };
}

/** The service would open the gate for it. */
async function requireOpening(daemon: DaemonConnection, certificate: string): Promise<void> {
  const claims = readClaims(certificate);
  if (claims === undefined) return;
  const endpoints = claims.endpoints.map(({ public_key: publicKey, ...rest }) => ({ publicKey, ...rest }));
  const { refusal } = await daemon.request('checkRegistration', { endpoints, certificate });
  if (refusal !== null) throw new SanadError(refusal);
}

/** The service knows something newer: all the better. */
async function unlessOlder(delivery: Promise<unknown>): Promise<void> {
  try {
    await delivery;
  } catch (cause) {
    const code = cause instanceof SanadError ? cause.problem.code : '';
    if (code !== 'key_set_older' && code !== 'status_list_older') throw cause;
  }
}

async function problemOf(work: Promise<void>): Promise<Problem | null> {
  try {
    await work;
    return null;
  } catch (cause) {
    if (cause instanceof SanadError) return cause.problem;
    throw cause;
  }
}
