import {
  MAX_PART_BYTES,
  MIN_PART_BYTES,
  UPLOAD_SECONDS,
  type DocumentView,
  type UploadBegin,
  type UploadView,
} from '#shared/contract/gateway-contract.ts';
import type { DocumentVault } from '../evidence/vault.ts';
import type { Connection } from '../storage/database.ts';
import {
  documentsOf,
  findDocumentKey,
  keepDocumentKey,
  type StoredDocument,
} from '../storage/document-store.ts';
import { changeState } from '../storage/registration-store.ts';
import {
  deleteUpload,
  expiredUploads,
  insertPart,
  insertUpload,
  keepUploadUntil,
  moveUpload,
  partsOf,
  uploadOf,
  uploadsOf,
  type StoredPart,
  type StoredUpload,
} from '../storage/upload-store.ts';
import { addDocument, atMost, requireAllowed, requireAsked, requireRoom } from './document.ts';
import type { ProfileShelf } from '../profile/profile-shelf.ts';
import { ownRegistration } from './follow.ts';
import { caseError } from './problem.ts';

interface Own {
  readonly id: string;
  readonly device: string;
}

/** A new upload, or the one of the same document that is under way; in the caller's transaction. */
export async function beginUpload(
  connection: Connection,
  options: Own & {
    readonly profiles: ProfileShelf;
    readonly begin: UploadBegin;
    readonly newId: string;
    readonly now: number;
  },
): Promise<UploadView> {
  const { id, profiles, begin, newId, now } = options;
  const registration = await ownRegistration(connection, options);
  const state = requireAllowed(registration, 'add_document');
  requireAsked(profiles, registration, begin);
  // Held, so that what is on its way is counted by one after the other. It is no change that anybody is told of.
  const held = { id, from: state, to: state, at: registration.changed_at };
  if (!(await changeState(connection, held))) throw caseError('state_conflict', 'add_document');
  const uploads = await uploadsOf(connection, id);
  const expiresAt = now + UPLOAD_SECONDS;
  const there = uploadOf(uploads, begin);
  if (there !== undefined) {
    requireSame(there, begin);
    await keepUploadUntil(connection, there.id, expiresAt);
    return viewOf({ ...there, expires_at: expiresAt });
  }
  requireRoom([...(await documentsOf(connection, id)), ...uploads], begin, atMost(profiles, registration));
  const upload = { ...begin, id: newId, registration: id, received: 0, expires_at: expiresAt };
  await insertUpload(connection, upload);
  return viewOf(upload);
}

function requireSame(there: StoredUpload, { size, content_type: type }: UploadBegin): void {
  if (there.size !== size || there.content_type !== type) throw caseError('upload_differs');
}

/** Where a part of that size may be put; refused before a byte of it is read. */
export async function requirePlace(
  connection: Connection,
  options: Own & {
    readonly upload: string;
    readonly start: number;
    readonly size: number;
    readonly now: number;
  },
): Promise<StoredUpload> {
  const { start, size } = options;
  const upload = await ownUpload(connection, options);
  if (upload.received !== start) throw caseError('upload_offset_wrong', `${upload.received} bytes are there`);
  const end = start + size;
  const isLast = end === upload.size;
  const isRight =
    size <= MAX_PART_BYTES && end <= upload.size && (size >= MIN_PART_BYTES || (isLast && size > 0));
  if (!isRight) throw caseError('upload_part_refused');
  return upload;
}

/** An upload of the device's own, while its case takes documents. */
export async function ownUpload(
  connection: Connection,
  options: Own & { readonly upload: string; readonly now: number },
): Promise<StoredUpload> {
  const registration = await ownRegistration(connection, options);
  requireAllowed(registration, 'add_document');
  const found = (await uploadsOf(connection, options.id)).find(({ id }) => id === options.upload);
  if (found === undefined || found.expires_at <= options.now) throw caseError('upload_unknown');
  return found;
}

/** Notes a part whose file is written, in the caller's transaction. */
export async function addPart(
  connection: Connection,
  options: Own & {
    readonly upload: string;
    readonly start: number;
    readonly size: number;
    readonly now: number;
    readonly vault: DocumentVault;
    readonly file: string;
    readonly key: Buffer;
  },
): Promise<UploadView> {
  const { id, start, size, vault, file, key } = options;
  const upload = await requirePlace(connection, options);
  const moved = { id: upload.id, from: start, to: start + size };
  if (!(await moveUpload(connection, moved))) throw caseError('upload_offset_wrong');
  const registrationKey = await keepDocumentKey(connection, id, vault.newRegistrationKey(id));
  const wrapped = vault.wrapDocumentKey({
    ...{ registration: id, document: partName(upload.id, start) },
    ...{ registrationKey, key },
  });
  if (wrapped === undefined) throw caseError('document_damaged', 'its registration’s key');
  await insertPart(connection, { upload: upload.id, start, file, wrapped_key: wrapped });
  return viewOf({ ...upload, received: moved.to });
}

/** What a part is sealed as: in no other's place it opens. */
export function partName(upload: string, start: number): string {
  return `${upload} from ${start}`;
}

export interface Parts {
  readonly parts: readonly StoredPart[];
  /** Wrapped. */
  readonly registrationKey: string;
}

/** All of them, once all are there. */
export async function allParts(connection: Connection, upload: StoredUpload): Promise<Parts> {
  if (upload.received !== upload.size) {
    throw caseError('upload_incomplete', `${upload.received} bytes are there`);
  }
  const registrationKey = await findDocumentKey(connection, upload.registration);
  if (registrationKey === undefined) throw caseError('upload_unknown');
  return { parts: await partsOf(connection, upload.id), registrationKey };
}

/** Notes the document whose file is written and takes its upload away, in the caller's transaction. */
export async function completeUpload(
  connection: Connection,
  options: Own & {
    readonly profiles: ProfileShelf;
    readonly upload: string;
    readonly vault: DocumentVault;
    readonly document: Omit<StoredDocument, 'registration' | 'wrapped_key'>;
    readonly key: Buffer;
    readonly now: number;
  },
): Promise<{ readonly view: DocumentView; readonly files: readonly string[] }> {
  await ownUpload(connection, options);
  const view = await addDocument(connection, options);
  return { view, files: await deleteUpload(connection, options.upload) };
}

/** Takes away what nobody has sent to its end. The files are the caller's to remove. */
export async function forgetUploads(connection: Connection, now: number): Promise<readonly string[]> {
  const files: string[] = [];
  for (const upload of await expiredUploads(connection, now)) {
    files.push(...(await deleteUpload(connection, upload)));
  }
  return files;
}

function viewOf({ id, received, size, expires_at: expiresAt }: StoredUpload): UploadView {
  return { id, received, size, expires_at: expiresAt };
}
