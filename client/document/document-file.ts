import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { DocumentContent } from '#shared/contract/gateway-contract.ts';
import { examineDocument, type DocumentFault } from '#shared/document/examine.ts';
import { pdfRemarks, type PdfRemark } from '#shared/document/pdf-remarks.ts';
import type { PictureSize } from '#shared/document/picture-header.ts';
import { readPlainFile } from '../file/read-file.ts';
import { documentError, type DocumentProblemCode } from './document-problem.ts';

/** A document that was looked at: whole, and one of those that are taken. Its name stays on this computer. */
export interface DocumentFile extends DocumentContent {
  readonly name: string;
  readonly size: number;
  /** base64url, as the gateway tells it. */
  readonly sha256: string;
  /** Of a picture, as its header says. */
  readonly pixels?: PictureSize;
  /** Of a PDF. */
  readonly remarks: readonly PdfRemark[];
}

/** Bytes. */
export interface DocumentLimits {
  /** Of what may leave: from the authority's rules. */
  readonly bytes: number;
  /** Of a picture that is made smaller before it leaves; at least `bytes`. */
  readonly pictureBytes?: number;
}

/** A telephone's largest pictures; more is not read into memory. */
export const MAX_PHOTOGRAPH_BYTES = 40 * 1024 * 1024;

/** Reads a file and says what it is by its content. Refuses with a code of document-problem.ts; waits for nobody. */
export async function readDocumentFile(path: string, limits: DocumentLimits): Promise<DocumentFile> {
  const name = checkedName(basename(path));
  return examineFile({ name, bytes: await readBounded(path, limits) }, limits);
}

/** The same of what is in memory already, as from a window into which a file was dropped. */
export function examineFile(
  { name, bytes }: { readonly name: string; readonly bytes: Uint8Array },
  limits: DocumentLimits,
): DocumentFile {
  const plainName = checkedName(name);
  const examined = examineDocument(bytes);
  if (examined.kind === 'fault') throw documentError(faultCodes[examined.fault]);
  const { contentType, size: pixels } = examined;
  const most = pixels === undefined ? limits.bytes : mostOf(limits);
  if (bytes.length > most) throw documentError('document_too_large', `at most ${mebibytes(most)}`);
  return {
    ...{ name: plainName, contentType, bytes, size: bytes.length },
    sha256: createHash('sha256').update(bytes).digest('base64url'),
    ...(pixels === undefined ? {} : { pixels }),
    remarks: pixels === undefined ? pdfRemarks(bytes) : [],
  };
}

const faultCodes: Readonly<Record<DocumentFault, DocumentProblemCode>> = {
  empty: 'document_empty',
  unknown: 'document_type_unknown',
  incomplete: 'document_incomplete',
  too_many_pixels: 'document_picture_too_large',
};

const MAX_NAME_BYTES = 255;
/** Controls, and what is not seen or turns the reading direction; but the joiners that Urdu is written with. */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A name is for the person's own eyes; it never leads anywhere. */
function checkedName(name: string): string {
  const plain = name.replaceAll(UNSEEN, '').normalize('NFC').trim();
  const isPath = /[/\\]/.test(plain) || plain === '.' || plain === '..' || /^[A-Za-z]:/.test(plain);
  if (plain === '' || isPath || Buffer.byteLength(plain) > MAX_NAME_BYTES) {
    throw documentError('document_name_unusable');
  }
  return plain;
}

async function readBounded(path: string, limits: DocumentLimits): Promise<Buffer> {
  const most = mostOf(limits);
  try {
    // Before it is opened: opening a device may do something.
    if (!(await stat(path)).isFile()) throw documentError('document_unreadable', 'not a file');
    const found = await readPlainFile(path, most);
    if (found === 'not_a_file') throw documentError('document_unreadable', 'not a file');
    if (found === 'too_large') throw documentError('document_too_large', `at most ${mebibytes(most)}`);
    return found;
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    throw documentError('document_unreadable', String(cause.code));
  }
}

function mostOf({ bytes, pictureBytes = bytes }: DocumentLimits): number {
  return Math.max(bytes, pictureBytes);
}

function mebibytes(bytes: number): string {
  return `${Math.round((bytes / 1024 / 1024) * 10) / 10} MiB`;
}
