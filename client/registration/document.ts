import * as z from 'zod';
import { MAX_DOCUMENTS, MAX_DOCUMENTS_BYTES, type DocumentView } from '#shared/contract/gateway-contract.ts';
import type { ClientContext } from '../client-context.ts';
import { gatewayError } from '../gateway/gateway-problem.ts';
import { actOnce } from './act-once.ts';
import { gatewayOf, keepView } from './ask-case.ts';
import type { DocumentFile } from './document-file.ts';
import { registrationError } from './registration-problem.ts';
import type { StoredRegistration } from './stored-registration.ts';

interface Addition {
  readonly kind: string;
  readonly file: DocumentFile;
}

/** What can be said without asking the gateway, which says it again. */
export function requireRoomFor({ view }: StoredRegistration, { size }: DocumentFile): void {
  const { documents } = view;
  const together = documents.reduce((sum, document) => sum + document.size, size);
  if (documents.length >= MAX_DOCUMENTS || together > MAX_DOCUMENTS_BYTES) {
    throw registrationError('documents_full');
  }
}

/** Sends a document. The same file again after a lost answer is the same document. */
export async function addDocument(
  context: ClientContext,
  registration: StoredRegistration,
  { kind, file }: Addition,
): Promise<{ readonly registration: StoredRegistration; readonly document: DocumentView }> {
  requireRoomFor(registration, file);
  const { gateway, anchor } = await gatewayOf(context, registration);
  const { view } = registration;
  const { contentType, sha256 } = file;
  return await actOnce({
    configDirectory: context.configDirectory,
    origin: anchor.origin,
    name: `${view.id}.document`,
    intent: { kind, contentType, sha256 },
    body: z.null(),
    compose: () => null,
    send: async ({ idempotencyKey }) => {
      const document = await gateway.addDocument({ id: view.id, kind, content: file, idempotencyKey });
      requireSame(document, { kind, file });
      const others = view.documents.filter(({ id }) => id !== document.id);
      const documents = [...others, document];
      return { registration: await keepView(context, registration, { ...view, documents }), document };
    },
  });
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
