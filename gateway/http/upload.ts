import { createHash, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  documentContentTypes,
  documentKindSchema,
  MAX_DOCUMENT_BYTES,
  type DocumentContentType,
  type DocumentView,
} from '#shared/contract/gateway-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { contentDigestField } from '#shared/contract/request-signature.ts';
import { examineDocument } from '#shared/document/examine.ts';
import { addDocument, checkMayAdd } from '../case/document.ts';
import { caseError } from '../case/problem.ts';
import type { Commit, Committed } from './commit.ts';
import { httpError } from './problem.ts';
import type { Services } from './services.ts';
import { UploadPlaces } from './upload-places.ts';

/** Each holds a document in memory, twice while it is sealed. */
const MAX_UPLOADS = 8;
const MAX_UPLOADS_OF_A_KEY = 2;

/** Bytes on their way, whose request is signed; not one of them is read yet. */
export interface ContentCall {
  readonly id: string;
  readonly signer: string;
  readonly commit: Commit;
  /** As announced and signed. */
  readonly contentType: string | undefined;
  readonly contentLength: string | undefined;
  readonly contentDigest: string | undefined;
  readonly content: Readable;
}

/** A whole document. */
export interface UploadCall extends ContentCall {
  readonly kind: string;
}

/** Takes documents, a few at a time. */
export class Uploads {
  readonly #services: Services;
  readonly #places = new UploadPlaces({ inAll: MAX_UPLOADS, ofKey: MAX_UPLOADS_OF_A_KEY });

  constructor(services: Services) {
    this.#services = services;
  }

  async take(call: UploadCall): Promise<Committed<DocumentView>> {
    const { id, kind, signer: device } = call;
    const contentType = typeOf(call);
    const size = sizeOf(call);
    if (!documentKindSchema.safeParse(kind).success) throw caseError('document_kind_unknown');
    const { database, profiles } = this.#services;
    await checkMayAdd(database, { id, device, profiles, kind, size, content_type: contentType });
    const leave = this.#places.enter(device);
    try {
      const bytes = await readContent(call, size);
      // After the digest: what did not arrive whole is not judged.
      requireType(bytes, contentType);
      return await this.#keep(call, { contentType, bytes });
    } finally {
      leave();
    }
  }

  /** The file before its row: a crash in between leaves a file that nobody can open and that is swept away. */
  async #keep(
    { id, kind, signer: device, commit }: UploadCall,
    { contentType, bytes }: { readonly contentType: DocumentContentType; readonly bytes: Buffer },
  ): Promise<Committed<DocumentView>> {
    const { vault, profiles, now: clock } = this.#services;
    const document = randomUUID();
    const { file, key } = await vault.write(document, bytes);
    try {
      return await commit((connection) => {
        // When it is there, not when it was announced, minutes ago: those who watch look back a minute.
        const now = clock();
        return addDocument(connection, {
          ...{ id, device, profiles, vault, key, now },
          document: {
            ...{ id: document, kind, content_type: contentType, file },
            size: bytes.length,
            sha256: createHash('sha256').update(bytes).digest('base64url'),
            added_at: now,
          },
        });
      });
    } catch (error) {
      // After any other failure the row may be there: then the file is left, and swept away if it is not.
      if (wasRefused(error)) await vault.remove([file]);
      throw error;
    }
  }
}

/** A database that went away may have made the change and not have come to say so. */
export function wasRefused(error: unknown): boolean {
  return error instanceof SanadError && error.problem.code !== 'storage_unavailable';
}

function typeOf({ contentType }: UploadCall): DocumentContentType {
  const known = documentContentTypes.find((type) => type === contentType);
  if (known === undefined) throw caseError('document_type_refused');
  return known;
}

export function requireType(bytes: Buffer, contentType: DocumentContentType): void {
  const examined = examineDocument(bytes);
  const isIt = examined.kind === 'document' && examined.contentType === contentType;
  if (!isIt) throw caseError('document_type_refused');
}

/** RFC 9110 section 8.6. Without it nobody knows where an endless body ends: chunks are not taken. */
function sizeOf({ contentLength }: UploadCall): number {
  if (contentLength === undefined) throw httpError('length_required');
  const size = Number(contentLength);
  if (size > MAX_DOCUMENT_BYTES) throw caseError('document_too_large');
  if (!(size > 0)) throw caseError('document_type_refused', 'it is empty');
  return size;
}

/** As many bytes as were announced, which Node’s parser sees to, and the ones that were signed. */
export async function readContent(
  { content, contentDigest }: Pick<ContentCall, 'content' | 'contentDigest'>,
  size: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of content) {
      if (!Buffer.isBuffer(chunk)) continue;
      bytes += chunk.length;
      if (bytes > size) break;
      hash.update(chunk);
      chunks.push(chunk);
    }
  } catch {
    // The sender went away.
    throw httpError('request_malformed');
  }
  const isWhole = bytes === size && contentDigest === contentDigestField(hash.digest('base64'));
  if (!isWhole) throw httpError('content_digest_wrong');
  return Buffer.concat(chunks, bytes);
}
