import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Anchor, RegistrationView, Submission } from '#shared/contract/gateway-contract.ts';
import { keepAnswers } from '../archive/keep.ts';
import type { ClientContext } from '../client-context.ts';
import { deviceKey, deviceKeyOrNew } from '../device/device-key.ts';
import { withLock } from '../file/lock.ts';
import { GatewayClient } from '../gateway/gateway-client.ts';
import { gatewayError } from '../gateway/gateway-problem.ts';
import { isDecided } from '../gateway/read-answer.ts';
import type { StoredTunnel } from '../tunnel/stored-tunnel.ts';
import { intentMark } from './intent-mark.ts';
import { endpointClaimsOf } from './read-certificate.ts';
import { RegistrationStore } from './registration-store.ts';
import { withDetailsOf, type StoredRegistration, type SubmissionDraft } from './stored-registration.ts';

/** What a person decides about a submission. */
export interface Application {
  readonly tunnel: StoredTunnel;
  readonly anchor: Anchor;
  readonly profile: string;
  readonly route: string;
  readonly category: string;
  readonly fields: Readonly<Record<string, string>>;
  /** The registration that this one is to take the place of. */
  readonly amends?: StoredRegistration;
  /** What was consented to, as it was shown; `consentText` where nothing else was. Seconds since the epoch. */
  readonly consent?: { readonly text: string; readonly given_at: number };
  /** Where the caller keeps one over its own restarts; else one is made and kept here until the gateway has answered. */
  readonly idempotencyKey?: string;
}

/** The sentence a person consents to; it is sent and kept with the case. */
export function consentText({ operator, origin }: Anchor): string {
  return (
    `I ask ${operator.legal_name} (${origin}) to take this registration and to file it with the authority. ` +
    `What is shown above is sent to them and to nobody else by this program. ` +
    `They keep it as they say: ${operator.retention}.`
  );
}

/** Sends the application, consent given. Sent again after a lost answer, it is the same submission. */
export async function submit(context: ClientContext, application: Application): Promise<StoredRegistration> {
  // What is amended is bound to the key there is.
  const key = await (application.amends === undefined ? deviceKeyOrNew : deviceKey)(context);
  const store = new RegistrationStore(context.configDirectory);
  const submission = compose(application, { device: { ...key.publicJwk }, now: context.now() });
  const draft = await draftOnce(context, store, { application, submission });
  const { anchor, tunnel } = application;
  const { relaySocket, now } = context;
  const gateway = new GatewayClient({ anchor, relaySocket, now, signer: key });
  const view = await send(gateway, draft).catch(async (cause: unknown) => {
    // What was refused does not become right by being kept, and it is personal.
    if (isDecided(cause)) await store.removeDraft(tunnel.name);
    throw cause;
  });
  requireAsked(view, draft);
  const registration = await store.keep(view.id, (there) => ({
    version: 1,
    gateway: anchor.name,
    origin: anchor.origin,
    tunnel: tunnel.name,
    device: key.keyId,
    ...keptOf(there, view, anchor),
  }));
  await store.removeDraft(tunnel.name);
  await keepAnswers(context, registration);
  return registration;
}

/** What goes out, and under which key. */
interface Sending {
  readonly amends: string | null;
  readonly idempotencyKey: string;
  readonly submission: Submission;
}

interface Composed {
  readonly application: Application;
  readonly submission: Submission;
}

/** A caller that keeps the key keeps what it was made of, too, encrypted: then nothing of it lies here as text. */
async function draftOnce(
  { configDirectory }: ClientContext,
  store: RegistrationStore,
  { application, submission }: Composed,
): Promise<Sending> {
  const { idempotencyKey, amends, tunnel } = application;
  if (idempotencyKey !== undefined) return { amends: amends?.view.id ?? null, idempotencyKey, submission };
  const lock = join(configDirectory, 'registration-draft', `${tunnel.name}.lock`);
  return await withLock(lock, () => draftFor(store, application, submission));
}

async function send(
  gateway: GatewayClient,
  { submission: body, idempotencyKey, amends }: Sending,
): Promise<RegistrationView> {
  if (amends === null) return await gateway.ask('submit', { body, idempotencyKey });
  return await gateway.ask('amend', { id: amends, body, idempotencyKey });
}

function requireAsked(view: RegistrationView, { submission, amends }: Sending): void {
  const asked = { ...pick(submission), amends };
  const isAsked = isDeepStrictEqual({ ...pick(view), amends: view.amends }, asked) && view.id !== amends;
  if (isAsked) return;
  throw gatewayError('gateway_answer_unexpected', { detail: 'another registration than was asked for' });
}

function pick({ endpoints, profile, route, category }: Submission | RegistrationView): object {
  return { endpoints, profile, route, category };
}

/** A gateway that names another registration's identifier would have it overwritten, certificate and all. */
function keptOf(
  there: StoredRegistration | undefined,
  view: RegistrationView,
  anchor: Anchor,
): Pick<StoredRegistration, 'view' | 'certificate'> {
  if (there === undefined) return { view, certificate: null };
  // The answer to a retry: the first was kept, and its draft could not be removed any more. More may be known by now.
  const isRetry = there.origin === anchor.origin && isDeepStrictEqual(there.view.endpoints, view.endpoints);
  if (!isRetry) {
    throw gatewayError('gateway_answer_unexpected', { detail: 'the identifier of another registration' });
  }
  const isNewer = view.changed_at >= there.view.changed_at;
  return { view: isNewer ? view : withDetailsOf(there.view, view), certificate: there.certificate };
}

function compose(
  { anchor, tunnel, profile, route, category, fields, consent: given }: Application,
  { device, now }: { readonly device: Submission['device']; readonly now: number },
): Submission {
  const consent = given ?? { text: consentText(anchor), given_at: now };
  const endpoints = endpointClaimsOf(tunnel);
  // In an order of their own: a retry is the same to the byte, however they were given.
  const ordered = Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { profile, route, category, fields: Object.fromEntries(ordered), endpoints, device, consent };
}

/** As an earlier try with the same content, or a new one; on disk before anything is sent. */
async function draftFor(
  store: RegistrationStore,
  { tunnel, anchor: { origin }, amends: amended }: Application,
  submission: Submission,
): Promise<Sending> {
  const amends = amended?.view.id ?? null;
  const earlier = await store.draftOf(tunnel.name);
  const isRetry =
    earlier?.origin === origin && earlier.amends === amends && (await isOf(earlier, submission));
  if (isRetry) {
    // Of an earlier Sanad: to the byte as it was sent, or it would not be the same.
    if (earlier.version === 1) return earlier;
    const { idempotencyKey, consentedAt } = earlier;
    return { amends, idempotencyKey, submission: at(submission, consentedAt) };
  }
  const idempotencyKey = randomUUID();
  const mark = await intentMark(idempotencyKey, timeless(submission));
  const consentedAt = submission.consent.given_at;
  await store.saveDraft(tunnel.name, { version: 2, origin, amends, idempotencyKey, mark, consentedAt });
  return { amends, idempotencyKey, submission };
}

async function isOf(draft: SubmissionDraft, submission: Submission): Promise<boolean> {
  if (draft.version === 1) return isDeepStrictEqual(timeless(draft.submission), timeless(submission));
  return draft.mark === (await intentMark(draft.idempotencyKey, timeless(submission)));
}

/** The same again is the same, whenever it was consented to. */
function timeless(submission: Submission): Submission {
  return at(submission, 0);
}

function at(submission: Submission, consentedAt: number): Submission {
  return { ...submission, consent: { ...submission.consent, given_at: consentedAt } };
}
