import { keepFresh } from '../archive/keep.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { withDaemon, type ClientContext } from '../client-context.ts';
import { isPassing } from '../gateway/passing.ts';
import { GatewayRefusal } from '../gateway/read-answer.ts';
import { gatewayOf, keepView, type CaseGateway } from './ask-case.ts';
import { isDueForRenewal, readClaims } from './read-certificate.ts';
import { isCovered, tunnelRunningOn } from './running-tunnel.ts';
import type { StoredRegistration } from './stored-registration.ts';
import { takeCertificate, type Taken } from './take-certificate.ts';

export interface Followed extends Taken {
  /** There is a certificate that was not there before. */
  readonly isRenewed: boolean;
}

/**
 * When to ask for a certificate. `never`: only where the case stands. `due`: where there is none yet or it nears its
 * end; `renew`: also where it is young; both not where that ends the one that a running tunnel uses. `now`: whatever
 * that ends.
 */
export type CertificateWish = 'never' | 'due' | 'renew' | 'now';

interface FollowOptions {
  readonly certificate?: CertificateWish;
}

/** Asks the gateway where the case stands, and for a certificate where there is one to have. */
export async function follow(
  context: ClientContext,
  registration: StoredRegistration,
  { certificate = 'due' }: FollowOptions = {},
): Promise<Followed> {
  const asked = await gatewayOf(context, registration);
  const view = await asked.gateway.ask('follow', { id: registration.view.id });
  const followed = await keepView(context, registration, view);
  return await settle(context, asked, { registration: followed, certificate });
}

interface SettleOptions {
  readonly registration: StoredRegistration;
  readonly certificate: CertificateWish;
}

/** Gets the certificate where one is wanted, and keeps what proves it later. */
export async function settle(
  context: ClientContext,
  asked: CaseGateway,
  options: SettleOptions,
): Promise<Followed> {
  const followed = await settleCertificate(context, asked, options);
  await keepFresh(context, asked.anchor, followed.registration);
  return followed;
}

async function settleCertificate(
  context: ClientContext,
  { gateway, anchor, key }: CaseGateway,
  { registration, certificate }: SettleOptions,
): Promise<Followed> {
  const { id, state } = registration.view;
  if (state !== 'attested' || !(await isWanted(context, registration, certificate))) {
    return { registration, delivery: null, handedTo: null, isRenewed: false };
  }
  try {
    const answer = await gateway.ask('certificate', { id, body: {} });
    const taken = await takeCertificate(context, answer, { registration, anchor, device: key.keyId });
    return { ...taken, isRenewed: taken.registration.certificate !== registration.certificate };
  } catch (cause) {
    // Where the case stands is known all the same. A lie is another matter.
    if (!(cause instanceof GatewayRefusal || isPassing(cause))) throw cause;
    return { registration, delivery: cause.problem, handedTo: null, isRenewed: false };
  }
}

async function isWanted(
  context: ClientContext,
  registration: StoredRegistration,
  wish: CertificateWish,
): Promise<boolean> {
  const { certificate } = registration;
  const claims = certificate === null ? undefined : readClaims(certificate);
  if (wish === 'never' || wish === 'now') return wish === 'now';
  if (claims === undefined) return !(await wouldCut(context, registration));
  return wish === 'renew' || isDueForRenewal(claims, context.now());
}

/**
 * Fetching an amendment's certificate ends what it amends. Where a tunnel runs on that which cannot go on with the
 * new one, the person says when: by connecting, or by renewing.
 */
async function wouldCut(context: ClientContext, registration: StoredRegistration): Promise<boolean> {
  const { amends } = registration.view;
  if (amends === null) return false;
  try {
    return await withDaemon(context, async (daemon) => {
      const running = await tunnelRunningOn(context, daemon, amends);
      return running !== undefined && !isCovered(registration, running.tunnel);
    });
  } catch (cause) {
    if (!(cause instanceof SanadError)) throw cause;
    // Without a service there is no tunnel; one that does not say may have one.
    return !['daemon_unreachable', 'user_not_enabled'].includes(cause.problem.code);
  }
}
