import type { DocumentFile } from '#client/document/document-file.ts';
import type { KeptDocument } from '#client/document/document-store.ts';
import type { PreparedDocument } from '#client/document/prepare.ts';
import type { StoredRegistration } from '#client/registration/stored-registration.ts';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import type { PdfRemark } from '#shared/document/pdf-remarks.ts';
import { strong, type Line } from '../answer.ts';
import { describeType } from './describe-registration.ts';
import { table } from './table.ts';
import { bytes, day } from './words.ts';

interface Sending {
  readonly prepared: PreparedDocument;
  readonly original: DocumentFile;
  readonly kind: string;
  readonly registration: StoredRegistration;
  readonly anchor: Anchor;
  readonly asIs: boolean;
}

/** What leaves, made of what, and to whom. */
export function describeSending({
  prepared,
  original,
  kind,
  registration,
  anchor,
  asIs,
}: Sending): readonly Line[] {
  const { operator, origin } = anchor;
  const { file, isChanged } = prepared;
  const content = `${describeType(file.contentType)}, ${bytes(file.size)}`;
  const madeOf = `${describeType(original.contentType)}, ${bytes(original.size)}`;
  return [
    strong(`This is sent to ${operator.legal_name} (${origin}):`),
    ...table([
      ['  Document', kind],
      ['  Content', isChanged ? `${content}, made of “${file.name}”` : `${content}, all of “${file.name}”`],
      ...(isChanged ? [['  Made of', madeOf] as const] : []),
      ['  Changed', changesOf(prepared, { asIs })],
      ['  For', `registration ${registration.view.id} (${registration.tunnel})`],
    ]),
    ...file.remarks.map((remark) => remarks[remark]),
    `Its reviewers read it. The file’s name is not sent${isChanged ? '' : '; what the file itself holds is'}.`,
    `They keep it as they say: ${operator.retention}.`,
  ];
}

function changesOf(
  { file, isStamped, isChanged }: PreparedDocument,
  { asIs }: { readonly asIs: boolean },
): string {
  if (asIs)
    return 'nothing, as you asked: also hidden details of a photo, such as the place, are sent, and no purpose is stamped on it';
  if (!isChanged) return 'nothing: a PDF is sent as it is';
  const stamped = 'purpose, recipient and date are stamped on it, in English and Urdu';
  if (file.contentType === 'application/pdf') return stamped;
  const picture =
    'straightened, no larger than is needed to read it, hidden details such as the place taken out';
  return isStamped ? `${picture}; ${stamped}` : `${picture}; no purpose is stamped on it`;
}

const remarks: Readonly<Record<PdfRemark, string>> = {
  encrypted: 'The PDF is protected by a password or against changes: its reader may not be able to open it.',
  active: 'The PDF holds scripts or forms; its reader may be warned of it.',
  attachments: 'The PDF holds other files, which are sent with it.',
  signed: 'The PDF is signed electronically; a stamped copy does not count as signed.',
};

/** Each with the beginning of its digest, by which it can be named. */
export function describeKept(documents: readonly KeptDocument[]): readonly Line[] {
  return table(
    documents.map(({ kind, name, contentType, size, addedAt, sha256 }) => [
      `  ${kind}`,
      `${describeType(contentType)}, ${bytes(size)}, “${name}”, since ${day(addedAt)}  ${sha256.slice(0, 8)}`,
    ]),
  );
}
