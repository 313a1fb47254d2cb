import { MAX_PHOTOGRAPH_BYTES, readDocumentFile, type DocumentFile } from '#client/document/document-file.ts';
import { DocumentStore } from '#client/document/document-store.ts';
import { OutgoingStore, type OutgoingOf } from '#client/document/outgoing.ts';
import { asItIs, prepareDocument, type PreparedDocument } from '#client/document/prepare.ts';
import { registrationPurpose } from '#client/document/stamp-text.ts';
import { isDecided } from '#client/gateway/read-answer.ts';
import { addDocument, requireAddable } from '#client/registration/document.ts';
import { rulesOfDocument } from '#client/profile/document-rules.ts';
import type { StoredRegistration } from '#client/registration/stored-registration.ts';
import { documentKindSchema, MAX_DOCUMENT_BYTES, type Anchor } from '#shared/contract/gateway-contract.ts';
import { good, strong, type Answer } from '../answer.ts';
import { cliError } from '../cli-problem.ts';
import type { Surroundings } from '../surroundings.ts';
import { describeSending } from '../terminal/describe-document.ts';
import { describeType, registrationJson } from '../terminal/describe-registration.ts';
import { withProgress } from '../terminal/progress.ts';
import { bytes } from '../terminal/words.ts';
import { requireConsent } from './confirm.ts';
import { operatorOf } from './follow-answer.ts';
import { asked } from './registration-document.ts';

interface AddOptions {
  readonly named: string;
  /** A file's path, or what names a document that is kept. */
  readonly path: string;
  readonly kind: string;
  readonly isKept: boolean;
  readonly asIs: boolean;
  readonly consent: boolean;
}

/** Looks at the file, makes a copy ready, shows what will be sent and to whom, then sends it. */
export async function documentAddCommand(surroundings: Surroundings, options: AddOptions): Promise<Answer> {
  const { terminal } = surroundings;
  const { named, kind, asIs, consent } = options;
  if (!documentKindSchema.safeParse(kind).success) {
    throw cliError('usage', { detail: 'a kind is one word of small letters, such as letter' });
  }
  // The file first: what is wrong with it nobody else needs to hear.
  const original = await theOriginal(surroundings, options);
  const registration = await asked(surroundings, named);
  const anchor = await operatorOf(surroundings, registration);
  const of = { registration: registration.view.id, kind, original: original.sha256, asIs };
  const prepared = await withProgress(terminal, 'Making the copy ready that is sent', () =>
    theCopy(surroundings, { original, of, anchor, registration }),
  );
  const { file, isStamped, isChanged } = prepared;
  requireAddable(registration, { kind, file });
  await requireConsent(surroundings, {
    preview: describeSending({ prepared, original, kind, registration, anchor, asIs }),
    question: 'Send it?',
    isGiven: consent,
  });
  const added = await send(surroundings, { registration, anchor, original, prepared, of });
  const { document } = added;
  return {
    json: {
      document,
      prepared: { isChanged, isStamped, originalSize: original.size, size: file.size },
      registration: registrationJson(added.registration),
    },
    lines: [
      good(`The gateway has it: ${kind}, ${describeType(document.content_type)}, ${bytes(document.size)}.`),
      'The original is kept on this computer, encrypted, for other registrations: sanad document list',
      strong(`Next: see all of them: sanad registration document list ${registration.tunnel}`),
    ],
  };
}

async function theOriginal(
  { client }: Surroundings,
  { path, isKept, asIs }: AddOptions,
): Promise<DocumentFile> {
  const pictureBytes = asIs ? MAX_DOCUMENT_BYTES : MAX_PHOTOGRAPH_BYTES;
  const limits = { bytes: MAX_DOCUMENT_BYTES, pictureBytes };
  if (!isKept) return await readDocumentFile(path, limits);
  const store = new DocumentStore(client);
  return await store.file(await store.find(path), limits);
}

async function theCopy(
  { client }: Surroundings,
  { original, of, anchor, registration }: Pick<Sending, 'original' | 'of' | 'anchor' | 'registration'>,
): Promise<PreparedDocument> {
  if (of.asIs) return asItIs(original, MAX_DOCUMENT_BYTES);
  // What was begun to be sent is what goes on being sent.
  const begun = await new OutgoingStore(client).find(of);
  if (begun !== undefined) return begun;
  const recipient = anchor.operator.legal_name;
  const stamp = { purpose: registrationPurpose, recipient, at: client.now() };
  const { maxBytes, isStamped } = await rulesOfDocument(client, registration, of.kind);
  return await prepareDocument(original, { maxBytes, ...(isStamped ? { stamp } : {}) });
}

interface Sending {
  readonly registration: StoredRegistration;
  readonly anchor: Anchor;
  readonly original: DocumentFile;
  readonly prepared: PreparedDocument;
  readonly of: OutgoingOf;
}

async function send(
  { client, terminal }: Surroundings,
  { registration, anchor, original, prepared, of }: Sending,
): ReturnType<typeof addDocument> {
  const { file } = prepared;
  const { kind } = of;
  const outgoing = new OutgoingStore(client);
  await new DocumentStore(client).add(original, { kind, now: client.now() });
  await outgoing.keep(of, prepared, client.now());
  try {
    const sending = `Sending ${bytes(file.size)} to ${anchor.origin}`;
    const added = await withProgress(terminal, sending, (progress) => {
      const onProgress = (received: number): void =>
        progress.note(`${sending}: ${bytes(received)} are there`);
      return addDocument(client, registration, { kind, file, onProgress });
    });
    await outgoing.forget(of);
    return added;
  } catch (cause) {
    if (isDecided(cause)) await outgoing.forget(of);
    throw cause;
  }
}
