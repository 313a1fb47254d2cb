import {
  MAX_DOCUMENTS,
  MAX_DOCUMENTS_BYTES,
  type DocumentContentType,
  type DocumentView,
  type RegistrationView,
} from '#shared/contract/gateway-contract.ts';
import type { DocumentVault } from '../evidence/vault.ts';
import type { Connection } from '../storage/database.ts';
import {
  deleteDocument,
  documentsOf,
  findDocumentKey,
  insertDocument,
  keepDocumentKey,
  type StoredDocument,
} from '../storage/document-store.ts';
import { changeState, findRegistration, type StoredRegistration } from '../storage/registration-store.ts';
import type { ProfileShelf } from '../profile/profile-shelf.ts';
import { recordAudit } from './audit-log.ts';

import { ownRegistration, viewOf } from './follow.ts';
import { documentsAsked } from './judge.ts';
import { caseError } from './problem.ts';
import { nextState, type Action } from './transition.ts';
import { documentView } from './view.ts';

interface Own {
  readonly id: string;
  readonly device: string;
}

/** A document before it is there. */
interface Announced {
  readonly kind: string;
  /** Bytes. */
  readonly size: number;
  readonly content_type: DocumentContentType;
}

/** Refuses, before a byte of it is read, a document that would not be taken. */
export async function checkMayAdd(
  connection: Connection,
  options: Own & { readonly profiles: ProfileShelf } & Announced,
): Promise<void> {
  const registration = await ownRegistration(connection, options);
  requireAllowed(registration, 'add_document');
  requireAsked(options.profiles, registration, options);
  requireRoom(await documentsOf(connection, options.id), options, atMost(options.profiles, registration));
}

/** Notes a document whose file is written, in the caller's transaction. */
export async function addDocument(
  connection: Connection,
  options: Own & {
    readonly profiles: ProfileShelf;
    readonly vault: DocumentVault;
    readonly document: Omit<StoredDocument, 'registration' | 'wrapped_key'>;
    readonly key: Buffer;
    readonly now: number;
  },
): Promise<DocumentView> {
  const { id, device, vault, document, key, now } = options;
  const registration = await hold(connection, options, 'add_document');
  // Counted while the registration is held: two at the same moment are counted one after the other.
  requireRoom(await documentsOf(connection, id), document, atMost(options.profiles, registration));
  const registrationKey = await keepDocumentKey(connection, id, vault.newRegistrationKey(id));
  const wrapped = vault.wrapDocumentKey({ registration: id, document: document.id, registrationKey, key });
  if (wrapped === undefined) throw caseError('document_damaged', 'its registration’s key');
  const stored: StoredDocument = { ...document, registration: id, wrapped_key: wrapped };
  await insertDocument(connection, stored);
  await recordAudit(connection, {
    ...{ registration: id, at: now, actor: `device:${device}`, action: 'add_document' },
    content: documentView(stored),
  });
  return documentView(stored);
}

/** Takes a document away; its key is gone with its row. The file is the caller's to remove. */
export async function removeDocument(
  connection: Connection,
  options: Own & { readonly document: string; readonly now: number },
): Promise<{ readonly view: RegistrationView; readonly file: string }> {
  const { id, device, document, now } = options;
  const registration = await hold(connection, options, 'remove_document');
  const found = (await documentsOf(connection, id)).find((one) => one.id === document);
  if (found === undefined) throw caseError('document_unknown');
  await deleteDocument(connection, document);
  await recordAudit(connection, {
    ...{ registration: id, at: now, actor: `device:${device}`, action: 'remove_document' },
    content: documentView(found),
  });
  const view = await viewOf(connection, { ...registration, changed_at: now });
  return { view, file: found.file };
}

export interface FoundDocument {
  readonly stored: StoredDocument;
  /** Wrapped. */
  readonly registrationKey: string;
}

/** A document of a case, for reviewers. */
export async function findDocument(
  connection: Connection,
  options: { readonly id: string; readonly document: string },
): Promise<FoundDocument> {
  if ((await findRegistration(connection, options.id)) === undefined) throw caseError('registration_unknown');
  const stored = (await documentsOf(connection, options.id)).find(({ id }) => id === options.document);
  const registrationKey = await findDocumentKey(connection, options.id);
  if (stored === undefined || registrationKey === undefined) throw caseError('document_unknown');
  return { stored, registrationKey };
}

/** Who has read which document: it is about a person. */
export async function noteReading(
  connection: Connection,
  options: {
    readonly id: string;
    readonly found: FoundDocument;
    readonly reviewer: string;
    readonly now: number;
  },
): Promise<void> {
  const { id, found, reviewer, now } = options;
  await recordAudit(connection, {
    ...{ registration: id, at: now, actor: `reviewer:${reviewer}`, action: 'read_document' },
    content: { id: found.stored.id, kind: found.stored.kind },
  });
}

async function hold(
  connection: Connection,
  options: Own & { readonly now: number },
  action: Action,
): Promise<StoredRegistration> {
  const registration = await ownRegistration(connection, options);
  const to = requireAllowed(registration, action);
  const change = { id: options.id, from: registration.state, to, at: options.now };
  if (!(await changeState(connection, change))) throw caseError('state_conflict', action);
  return registration;
}

export function requireAllowed({ state }: StoredRegistration, action: Action): StoredRegistration['state'] {
  const to = nextState(action, state, 'device');
  if (to === undefined) throw caseError('state_conflict', `${action} of ${state}`);
  return to;
}

/** The profile has a place for such a document in this application, and it is as large and of such a type as it may be. */
export function requireAsked(
  profiles: ProfileShelf,
  registration: StoredRegistration,
  announced: Announced,
): void {
  const asked = documentsAsked(profiles, registration);
  const place = asked.find(({ id }) => id === announced.kind);
  if (place === undefined) {
    throw caseError('document_kind_unknown', asked.map(({ id }) => id).join(', '));
  }
  if (announced.size > place.max_bytes) throw caseError('document_too_large', `${place.max_bytes} bytes`);
  if (!place.content_types.includes(announced.content_type)) {
    throw caseError('document_type_refused', `${place.id}: ${place.content_types.join(', ')}`);
  }
}

/** By kind. */
export function atMost(
  profiles: ProfileShelf,
  registration: StoredRegistration,
): ReadonlyMap<string, number> {
  return new Map(documentsAsked(profiles, registration).map(({ id, at_most }) => [id, at_most]));
}

/** Of documents that are there or on their way. */
export function requireRoom(
  documents: readonly Pick<StoredDocument, 'kind' | 'size'>[],
  { kind, size }: Pick<Announced, 'kind' | 'size'>,
  most: ReadonlyMap<string, number>,
): void {
  const bytes = documents.reduce((sum, document) => sum + document.size, size);
  const ofKind = documents.filter((document) => document.kind === kind).length;
  const mostOfKind = most.get(kind) ?? 0;
  if (ofKind >= mostOfKind) throw caseError('documents_too_many', `${mostOfKind} of ${kind}`);
  if (documents.length >= MAX_DOCUMENTS) throw caseError('documents_too_many', `${MAX_DOCUMENTS} documents`);
  if (bytes > MAX_DOCUMENTS_BYTES) throw caseError('documents_too_many', '30 MiB');
}
