import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { buffer } from 'node:stream/consumers';
import {
  documentContentTypes,
  MAX_DOCUMENT_BYTES,
  type DocumentContent,
  type DocumentContentType,
} from '#shared/contract/gateway-contract.ts';
import { registrationError } from './registration-problem.ts';

/** A file that may be sent as a document. Its name stays on this computer. */
export interface DocumentFile extends DocumentContent {
  readonly name: string;
  readonly size: number;
  /** base64url, as the gateway tells it. */
  readonly sha256: string;
}

/** What files of a type begin with. PDF: ISO 32000-1 section 7.5.2; JPEG: ITU T.81 B.1.1.3; PNG: RFC 2083 section 3.1. */
const signatures: Readonly<Record<DocumentContentType, Buffer>> = {
  'application/pdf': Buffer.from('%PDF-', 'latin1'),
  'image/jpeg': Buffer.from([0xff, 0xd8, 0xff]),
  'image/png': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
};

/** Reads a file and says what it is by its content, before anything of it leaves this computer. */
export async function readDocumentFile(path: string): Promise<DocumentFile> {
  const bytes = await readBounded(path);
  if (bytes.length === 0) throw registrationError('document_empty');
  const contentType = documentContentTypes.find((type) => bytes.indexOf(signatures[type]) === 0);
  if (contentType === undefined) throw registrationError('document_type_unknown');
  const sha256 = createHash('sha256').update(bytes).digest('base64url');
  return { name: basename(path), contentType, bytes, size: bytes.length, sha256 };
}

async function readBounded(path: string): Promise<Buffer> {
  try {
    // Without waiting: a pipe that nobody writes to would be opened for ever.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const state = await file.stat();
      if (!state.isFile()) throw registrationError('document_unreadable', 'not a file');
      if (state.size > MAX_DOCUMENT_BYTES) throw registrationError('document_too_large');
      // Not what `stat` said: the file may be growing.
      const bytes = await buffer(file.createReadStream({ end: MAX_DOCUMENT_BYTES, autoClose: false }));
      if (bytes.length > MAX_DOCUMENT_BYTES) throw registrationError('document_too_large');
      return bytes;
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    throw registrationError('document_unreadable', String(cause.code));
  }
}
