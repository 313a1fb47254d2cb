import { isDeepStrictEqual } from 'node:util';
import type { Anchor, GatewayAnswer, RegistrationView } from '#shared/contract/gateway-contract.ts';
import { SanadError, type Problem } from '#shared/contract/problem.ts';
import type { CertificateClaims } from '#shared/registration/certificate.ts';
import { findAnchor } from '../anchor/read-anchors.ts';
import { withDaemon, type ClientContext } from '../client-context.ts';
import type { DaemonConnection } from '../daemon/daemon-connection.ts';
import { deviceKey, type DeviceKey } from '../device/device-key.ts';
import { GatewayClient } from '../gateway/gateway-client.ts';
import { gatewayError } from '../gateway/gateway-problem.ts';
import { isDueForRenewal, readClaims } from './read-certificate.ts';
import { RegistrationStore } from './registration-store.ts';
import { requireGenuine } from './require-genuine.ts';
import type { StoredRegistration } from './stored-registration.ts';

export interface Followed {
  readonly registration: StoredRegistration;
  /** Why the service did not take the certificate's proofs; null: it did, or there was nothing to take. */
  readonly delivery: Problem | null;
}

/** Asks the gateway where the case stands, and for a certificate where there is one to have. */
export async function follow(context: ClientContext, registration: StoredRegistration): Promise<Followed> {
  const key = await deviceKey(context);
  const anchor = await findAnchor(context.anchors, registration.origin);
  const { relaySocket, now } = context;
  const gateway = new GatewayClient({ anchor, relaySocket, now, signer: key });
  const { id } = registration.view;
  const view = await gateway.ask('follow', { id });
  requireSameCase(view, registration.view);
  const followed = { ...registration, view };
  await new RegistrationStore(context.configDirectory).save(followed);
  if (view.state !== 'attested' || !wantsCertificate(followed, context.now())) {
    return { registration: followed, delivery: null };
  }
  const answer = await gateway.ask('certificate', { id, body: {} });
  const claims = requireGenuine(answer, { anchor, now: context.now() });
  requireOurs(claims, { registration: followed, anchor, key });
  return await take(context, followed, answer);
}

function wantsCertificate({ certificate }: StoredRegistration, now: number): boolean {
  const claims = certificate === null ? undefined : readClaims(certificate);
  return claims === undefined || isDueForRenewal(claims, now);
}

function requireSameCase(now: RegistrationView, before: RegistrationView): void {
  const isSame = now.id === before.id && isDeepStrictEqual(now.endpoints, before.endpoints);
  if (!isSame) throw gatewayError('gateway_answer_unexpected', { detail: 'another registration' });
}

interface Expected {
  readonly registration: StoredRegistration;
  readonly anchor: Anchor;
  readonly key: DeviceKey;
}

/** Genuine, and what was asked for. */
function requireOurs(claims: CertificateClaims, { registration, anchor, key }: Expected): void {
  const isOurs =
    claims.iss === anchor.origin &&
    claims.sub === registration.view.id &&
    claims.cnf.jkt === key.keyId &&
    isDeepStrictEqual(claims.endpoints, registration.view.endpoints);
  if (!isOurs) throw gatewayError('gateway_answer_unexpected', { detail: 'not our certificate' });
}

/**
 * Hands key set and status list to the service, so that connecting needs no network, and keeps the certificate.
 * One that is there already stays until the service has taken the new one: what opened the gate is not given up.
 */
async function take(
  context: ClientContext,
  registration: StoredRegistration,
  answer: GatewayAnswer<'certificate'>,
): Promise<Followed> {
  const delivery = await problemOf(withDaemon(context, (daemon) => deliver(daemon, answer)));
  if (delivery !== null && registration.certificate !== null) {
    return { registration, delivery };
  }
  const updated = { ...registration, certificate: answer.certificate };
  await new RegistrationStore(context.configDirectory).save(updated);
  return { registration: updated, delivery };
}

async function deliver(daemon: DaemonConnection, answer: GatewayAnswer<'certificate'>): Promise<void> {
  await unlessOlder(daemon.request('deliver', { keySet: answer.key_set }));
  await unlessOlder(daemon.request('deliver', { statusList: answer.status_list }));
  const claims = readClaims(answer.certificate);
  if (claims === undefined) return;
  const endpoints = claims.endpoints.map(({ public_key, host, port }) => ({
    publicKey: public_key,
    host,
    port,
  }));
  const { certificate } = answer;
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
