import { isDeepStrictEqual } from 'node:util';
import type { Anchor, RegistrationView } from '#shared/contract/gateway-contract.ts';
import { findAnchor } from '../anchor/read-anchors.ts';
import { keepAnswers } from '../archive/keep.ts';
import type { ClientContext } from '../client-context.ts';
import { deviceKey, type DeviceKey } from '../device/device-key.ts';
import { OutgoingStore } from '../document/outgoing.ts';
import { GatewayClient } from '../gateway/gateway-client.ts';
import { gatewayError } from '../gateway/gateway-problem.ts';
import { forgetActsOf } from './act-once.ts';
import { RegistrationStore } from './registration-store.ts';
import { isOver, type StoredRegistration } from './stored-registration.ts';

/** The gateway of a registration, asked with the key that submitted it. */
export interface CaseGateway {
  readonly gateway: GatewayClient;
  readonly anchor: Anchor;
  readonly key: DeviceKey;
}

export async function gatewayOf(
  context: ClientContext,
  { origin }: StoredRegistration,
): Promise<CaseGateway> {
  const [key, anchor] = await Promise.all([deviceKey(context), findAnchor(context.anchors, origin)]);
  const { relaySocket, now } = context;
  return { gateway: new GatewayClient({ anchor, relaySocket, now, signer: key }), anchor, key };
}

/** Keeps what the gateway says of a case, if it is that case. */
export async function keepView(
  context: ClientContext,
  registration: StoredRegistration,
  view: RegistrationView,
): Promise<StoredRegistration> {
  requireSameCase(view, registration.view);
  const store = new RegistrationStore(context.configDirectory);
  const kept = await store.change(registration, (now) => ({ ...now, view }));
  await keepAnswers(context, kept);
  if (isOver(view.state)) {
    await forgetActsOf(context.configDirectory, view.id);
    // Encrypted, and gone in two weeks all the same: a keychain that does not answer keeps nobody from the news.
    await new OutgoingStore(context).forgetAllOf(view.id).catch(() => undefined);
  }
  return kept;
}

/** What never changes in a registration's life. */
function requireSameCase(now: RegistrationView, before: RegistrationView): void {
  const lasting = ({ id, endpoints, profile, route, category, amends }: RegistrationView): object => ({
    ...{ id, endpoints, profile, route, category, amends },
  });
  if (isDeepStrictEqual(lasting(now), lasting(before))) return;
  throw gatewayError('gateway_answer_unexpected', { detail: 'another registration' });
}
