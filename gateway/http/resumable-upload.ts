import { createHash, randomUUID } from 'node:crypto';
import {
  PART_CONTENT_TYPE,
  type DocumentView,
  type UploadBegin,
  type UploadView,
} from '#shared/contract/gateway-contract.ts';
import { caseError } from '../case/problem.ts';
import {
  addPart,
  allParts,
  beginUpload,
  completeUpload,
  ownUpload,
  partName,
  requirePlace,
} from '../case/upload.ts';
import { inTransaction } from '../storage/transaction.ts';
import { deleteUpload, type StoredUpload } from '../storage/upload-store.ts';
import type { Committed } from './commit.ts';
import type { SignedCall } from './handler.ts';
import { httpError } from './problem.ts';
import type { Services } from './services.ts';
import { readContent, requireType, wasRefused, type ContentCall } from './upload.ts';
import { UploadPlaces } from './upload-places.ts';

/** Each holds a part in memory, for as long as its line is slow. */
const MAX_PARTS = 64;
/** Each holds a document in memory, twice while it is sealed. */
const MAX_COMPLETIONS = 8;
const OF_A_KEY = 2;

/** A part of a document. */
export interface PartCall extends ContentCall {
  readonly upload: string;
  readonly start: number;
}

/** Takes documents in parts: what was answered is on the disk, and goes on after any interruption. */
export class ResumableUploads {
  readonly #services: Services;
  readonly #parts = new UploadPlaces({ inAll: MAX_PARTS, ofKey: OF_A_KEY });
  readonly #completions = new UploadPlaces({ inAll: MAX_COMPLETIONS, ofKey: OF_A_KEY });

  constructor(services: Services) {
    this.#services = services;
  }

  begin({ id, signer: device, body, now, commit }: SignedCall<UploadBegin>): Promise<Committed<UploadView>> {
    const { profiles } = this.#services;
    const newId = randomUUID();
    return commit((connection) => beginUpload(connection, { id, device, profiles, begin: body, newId, now }));
  }

  async part(call: PartCall): Promise<Committed<UploadView>> {
    const { id, upload, start, signer: device } = call;
    if (call.contentType !== PART_CONTENT_TYPE) throw httpError('content_type_wrong');
    if (call.contentLength === undefined) throw httpError('length_required');
    const size = Number(call.contentLength);
    const { database, now } = this.#services;
    await requirePlace(database, { id, device, upload, start, size, now: now() });
    const leave = this.#parts.enter(device);
    try {
      return await this.#keepPart(call, await readContent(call, size));
    } finally {
      leave();
    }
  }

  /** The file before its row, as of a whole document. */
  async #keepPart(call: PartCall, bytes: Buffer): Promise<Committed<UploadView>> {
    const { id, upload, start, signer: device, commit } = call;
    const { vault, now } = this.#services;
    const { file, key } = await vault.write(partName(upload, start), bytes);
    try {
      return await commit((connection) =>
        addPart(connection, {
          ...{ id, device, upload, start, size: bytes.length },
          ...{ vault, file, key, now: now() },
        }),
      );
    } catch (error) {
      if (wasRefused(error)) await vault.remove([file]);
      throw error;
    }
  }

  async complete(call: SignedCall<unknown>): Promise<Committed<DocumentView>> {
    const leave = this.#completions.enter(call.signer);
    try {
      const { id, upload, signer: device, now } = call;
      const found = await ownUpload(this.#services.database, { id, device, upload, now });
      return await this.#makeDocument(call, found, await this.#contentOf(found));
    } finally {
      leave();
    }
  }

  async #makeDocument(
    { id, signer: device, upload, commit }: SignedCall<unknown>,
    found: StoredUpload,
    bytes: Buffer,
  ): Promise<Committed<DocumentView>> {
    const { vault, profiles, now: clock } = this.#services;
    const document = randomUUID();
    const { file, key } = await vault.write(document, bytes);
    let parts: readonly string[] = [];
    let committed: Committed<DocumentView>;
    try {
      committed = await commit(async (connection) => {
        const now = clock();
        const { kind, content_type: contentType, size, sha256 } = found;
        const made = await completeUpload(connection, {
          ...{ id, device, profiles, upload, vault, key, now },
          document: { id: document, kind, content_type: contentType, file, size, sha256, added_at: now },
        });
        parts = made.files;
        return made.view;
      });
    } catch (error) {
      if (wasRefused(error)) await vault.remove([file]);
      throw error;
    }
    await vault.remove(parts);
    return committed;
  }

  /** The document's bytes. What is not what was announced never will be: its parts go. */
  async #contentOf(upload: StoredUpload): Promise<Buffer> {
    const { database, vault } = this.#services;
    const { id, registration, size, sha256, content_type: contentType } = upload;
    const { parts, registrationKey } = await allParts(database, upload);
    const read: Buffer[] = [];
    for (const { start, file, wrapped_key: wrappedKey } of parts) {
      const document = partName(id, start);
      const bytes = await vault.read({ registration, document, registrationKey, file, wrappedKey });
      if (bytes === undefined) return await this.#giveUp(id, 'upload_differs');
      read.push(bytes);
    }
    const bytes = Buffer.concat(read);
    const isIt = bytes.length === size && createHash('sha256').update(bytes).digest('base64url') === sha256;
    if (!isIt) return await this.#giveUp(id, 'upload_differs');
    try {
      requireType(bytes, contentType);
    } catch {
      return await this.#giveUp(id, 'document_type_refused');
    }
    return bytes;
  }

  async #giveUp(upload: string, code: 'upload_differs' | 'document_type_refused'): Promise<never> {
    const { database, vault } = this.#services;
    const files = await inTransaction(database, (connection) => deleteUpload(connection, upload));
    await vault.remove(files);
    throw caseError(code);
  }
}
