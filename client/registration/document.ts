import * as z from 'zod';
import {
  MAX_DOCUMENTS,
  MAX_DOCUMENTS_BYTES,
  MAX_PART_BYTES,
  type DocumentView,
} from '#shared/contract/gateway-contract.ts';
import type { ClientContext } from '../client-context.ts';
import type { DocumentFile } from '../document/document-file.ts';
import { gatewayError } from '../gateway/gateway-problem.ts';
import { GatewayRefusal } from '../gateway/read-answer.ts';
import { actOnce, forgetAct } from './act-once.ts';
import { gatewayOf, keepView, type CaseGateway } from './ask-case.ts';
import { registrationError } from './registration-problem.ts';
import { RegistrationStore } from './registration-store.ts';
import { isOpen, type StoredRegistration } from './stored-registration.ts';
import { uploadInParts } from './upload-in-parts.ts';

interface Addition {
  readonly kind: string;
  readonly file: DocumentFile;
}

/** How a document goes that is sent in parts. */
interface Course {
  /** Told how many bytes the gateway has. */
  readonly onProgress?: (received: number) => void;
  /** After a line that broke off. */
  readonly pauseMilliseconds?: number;
}

interface Sent {
  readonly registration: StoredRegistration;
  readonly document: DocumentView;
}

/** What can be said without asking the gateway, which says it again. */
export function requireAddable({ view }: StoredRegistration, addition: Addition): void {
  if (!isOpen(view.state)) throw registrationError('documents_closed');
  if (sameAmong(view.documents, addition) !== undefined) return;
  const together = view.documents.reduce((sum, { size }) => sum + size, addition.file.size);
  if (view.documents.length >= MAX_DOCUMENTS || together > MAX_DOCUMENTS_BYTES) {
    throw registrationError('documents_full');
  }
}

function sameAmong(documents: readonly DocumentView[], { kind, file }: Addition): DocumentView | undefined {
  return documents.find((one) => one.kind === kind && one.sha256 === file.sha256);
}

/**
 * Sends a document. The same file again after a lost answer is the same document, as is one that is there. A large one goes in
 * parts, each of which arrives for good: sent again after an interruption it goes on where it stopped.
 */
export async function addDocument(
  context: ClientContext,
  registration: StoredRegistration,
  addition: Addition & Course,
): Promise<Sent> {
  const { view } = registration;
  const name = `${view.id}.document`;
  const there = sameAmong(view.documents, addition);
  if (there !== undefined) {
    await forgetAct(context.configDirectory, name);
    return { registration, document: there };
  }
  requireAddable(registration, addition);
  const asked = await gatewayOf(context, registration);
  const inParts =
    addition.file.size > MAX_PART_BYTES ? await sentInParts(asked, view.id, addition) : undefined;
  if (inParts === undefined) return await sendWhole(context, registration, { addition, asked, name });
  requireSame(inParts, addition);
  return await kept(context, registration, inParts);
}

/** undefined: the gateway takes no parts. */
async function sentInParts(
  { gateway }: CaseGateway,
  id: string,
  addition: Addition & Course,
): Promise<DocumentView | undefined> {
  try {
    return await uploadInParts(gateway, { id, ...addition });
  } catch (cause) {
    if (cause instanceof GatewayRefusal && cause.problem.code === 'route_unknown') return undefined;
    throw cause;
  }
}

async function sendWhole(
  context: ClientContext,
  registration: StoredRegistration,
  sending: { readonly addition: Addition; readonly asked: CaseGateway; readonly name: string },
): Promise<Sent> {
  const { addition, asked, name } = sending;
  const { kind, file } = addition;
  const { contentType, sha256 } = file;
  const { id } = registration.view;
  return await actOnce({
    ...{ configDirectory: context.configDirectory, origin: asked.anchor.origin, name },
    intent: { kind, contentType, sha256 },
    body: z.null(),
    compose: () => null,
    send: async ({ idempotencyKey }) => {
      const document = await asked.gateway.addDocument({ id, kind, content: file, idempotencyKey });
      requireSame(document, addition);
      return await kept(context, registration, document);
    },
  });
}

/** To what is kept by now, which a watch may have learned meanwhile. */
async function kept(
  { configDirectory }: ClientContext,
  registration: StoredRegistration,
  document: DocumentView,
): Promise<Sent> {
  const store = new RegistrationStore(configDirectory);
  const changed = await store.change(registration, (now) => withDocument(now, document));
  return { registration: changed, document };
}

function withDocument(kept: StoredRegistration, document: DocumentView): StoredRegistration {
  const others = kept.view.documents.filter(({ id }) => id !== document.id);
  return { ...kept, view: { ...kept.view, documents: [...others, document] } };
}

function requireSame(document: DocumentView, { kind, file }: Addition): void {
  const { contentType, size, sha256 } = file;
  const isSame =
    document.kind === kind &&
    document.content_type === contentType &&
    document.size === size &&
    document.sha256 === sha256;
  if (!isSame) throw gatewayError('gateway_answer_unexpected', { detail: 'another document than was sent' });
}

/** Has the gateway destroy a document. */
export async function removeDocument(
  context: ClientContext,
  registration: StoredRegistration,
  { document }: { readonly document: string },
): Promise<StoredRegistration> {
  const { gateway, anchor } = await gatewayOf(context, registration);
  const { id } = registration.view;
  return await actOnce({
    configDirectory: context.configDirectory,
    origin: anchor.origin,
    name: `${id}.document-removal`,
    intent: { document },
    body: z.strictObject({}),
    compose: () => ({}),
    send: async ({ body, idempotencyKey }) => {
      const view = await gateway.ask('documentRemove', { id, document, body, idempotencyKey });
      if (view.documents.some((one) => one.id === document)) {
        throw gatewayError('gateway_answer_unexpected', { detail: 'the document is still there' });
      }
      return await keepView(context, registration, view);
    },
  });
}
