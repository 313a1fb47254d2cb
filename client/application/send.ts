import { MAX_DOCUMENTS, MAX_DOCUMENTS_BYTES, type Anchor } from '#shared/contract/gateway-contract.ts';
import { evaluateProfile, type ProfileVerdict } from '#shared/registration/authority-profile/evaluate.ts';
import { applicationOf, documentsOf, type Interview } from '#shared/registration/interview/state.ts';
import { addDocument } from '../registration/document.ts';
import { follow } from '../registration/follow.ts';
import { RegistrationStore } from '../registration/registration-store.ts';
import { isOpen, type StoredRegistration } from '../registration/stored-registration.ts';
import { submit } from '../registration/submit.ts';
import { TunnelStore } from '../tunnel/tunnel-store.ts';
import { applicationError } from './application-problem.ts';
import { copiesFor, forgetCopies, type Copy, type Recipient } from './copies.ts';
import { nameOf } from './profile-for.ts';
import { requireAsSubmitted, submittedDigest } from './submitted.ts';
import { channelTo, interviewOf, keep, type Work } from './work.ts';

export interface Sent {
  readonly work: Work;
  readonly registration: StoredRegistration;
}

interface SendOptions {
  readonly office: Anchor;
  /** What is under way, in sending order: the application (0), then each document. */
  readonly onProgress?: (done: number, of: number) => void;
}

/**
 * Sends what was consented to: the application, then its documents. Ended in the middle, by whatever, it goes on where it
 * stopped: nothing is sent twice, and nothing is left out.
 */
export async function sendApplication(work: Work, options: SendOptions): Promise<Sent> {
  // Before anything leaves: what cannot be made ready is said while nothing has happened yet.
  await requireAsSubmitted(work, channelTo(options.office));
  const copies = await copiesFor(work, recipientOf(options.office));
  requireRoom(copies);
  const { work: submitted, registration } = await submitOnce(work, options);
  const after = await sendDocuments(submitted, { ...options, registration, copies });
  await rememberApplicant(submitted);
  const finished = await keep(submitted, { finished_at: work.context.client.now() });
  await forgetCopies(finished, recipientOf(options.office));
  return { work: finished, registration: after };
}

function recipientOf({ origin, operator }: Anchor): Recipient {
  return { id: origin, name: operator.legal_name };
}

/** The person files it at the authority's portal: it is ready, and what is known of the applicant is kept. */
export async function finishForPortal(work: Work): Promise<Work> {
  await rememberApplicant(work);
  return await keep(work, { finished_at: work.context.client.now() });
}

function requireRoom(copies: readonly Copy[]): void {
  const bytes = copies.reduce((sum, { file }) => sum + file.size, 0);
  if (copies.length > MAX_DOCUMENTS || bytes > MAX_DOCUMENTS_BYTES)
    throw applicationError('documents_too_many');
}

async function submitOnce(work: Work, { office, onProgress }: SendOptions): Promise<Sent> {
  const { client } = work.context;
  const { draft } = work;
  onProgress?.(0, 1);
  if (draft.registration !== null) {
    const there = await new RegistrationStore(client.configDirectory).get(draft.registration);
    // What arrived before it was ended in the middle, the office knows.
    const { registration } = await follow(client, there, { certificate: 'never' });
    return { work, registration };
  }
  const interview = interviewOf(work);
  const { application, verdict } = judged(interview);
  const registration = await submit(client, {
    ...{ tunnel: await new TunnelStore(client).get(draft.tunnel ?? ''), anchor: office },
    ...{ profile: work.profile.reference, route: application.route, category: application.category },
    fields: verdict.values,
    ...agreedTo(work),
  });
  const submitted = (await submittedDigest(work, channelTo(office))) ?? null;
  return { work: await keep(work, { registration: registration.view.id, submitted }), registration };
}

function judged(interview: Interview) {
  const application = applicationOf(interview);
  if (application === undefined) throw applicationError('application_unfinished');
  const verdict: ProfileVerdict = evaluateProfile(interview.profile, application);
  return { application, verdict };
}

/** Declaration and consent, in the words that were shown, at the moment of the later one. */
function agreedTo({ draft: { declaration, consent } }: Work) {
  if (declaration === null || consent === null) throw applicationError('application_unfinished');
  const text = `${declaration.text}\n\n${consent.text}`;
  return { consent: { text, given_at: consent.given_at }, idempotencyKey: consent.key };
}

interface DocumentsOptions extends SendOptions {
  readonly registration: StoredRegistration;
  readonly copies: readonly Copy[];
}

async function sendDocuments(
  { context: { client } }: Work,
  { registration: first, copies, onProgress }: DocumentsOptions,
): Promise<StoredRegistration> {
  let registration = first;
  for (const [index, { kind, file }] of copies.entries()) {
    // Decided or withdrawn meanwhile: nothing is taken any more, and nothing is missing.
    if (!isOpen(registration.view.state)) return registration;
    onProgress?.(index + 1, copies.length + 1);
    ({ registration } = await addDocument(client, registration, { kind, file }));
  }
  return registration;
}

/** What lasts, for the next application. */
async function rememberApplicant(work: Work): Promise<void> {
  const interview = interviewOf(work);
  const { verdict } = judged(interview);
  const lasting = new Set(
    work.profile.fields.filter(({ field }) => field.scope === 'applicant').map(({ field }) => field.id),
  );
  const kinds = new Set(
    work.profile.document.documents.filter(({ scope }) => scope === 'applicant').map(({ id }) => id),
  );
  const fields = Object.entries(verdict.values).filter(([field]) => lasting.has(field));
  const documents = Object.entries(documentsOf(interview)).filter(([kind]) => kinds.has(kind));
  await work.store.keepApplicant({
    version: 1,
    profile: nameOf(work.profile.reference),
    fields: { ...work.known.fields, ...Object.fromEntries(fields) },
    documents: Object.fromEntries(
      [...Object.entries(work.known.documents), ...documents].map(([kind, ids]) => [kind, [...ids]]),
    ),
    changed_at: work.context.client.now(),
  });
}
