import { createHash } from 'node:crypto';
import type { DocumentContentType } from '#shared/contract/gateway-contract.ts';
import type { DossierDocumentFacts } from '#shared/dossier/compose.ts';
import { dossierError } from '#shared/dossier/dossier-problem.ts';
import type { DossierDocumentRow } from '#shared/dossier/dossier-schema.ts';

/** A document as it may leave this computer: stamped and made smaller already, where that is due. */
export interface DossierDocument {
  readonly kind: string;
  readonly contentType: DocumentContentType;
  /** Gives the same bytes every time. Called for one document at a time, so that memory for one is enough. */
  readonly read: () => Promise<Uint8Array>;
}

/** What the dossier says of each document, in their order. */
export async function lookAtDocuments(
  documents: readonly DossierDocument[],
): Promise<readonly DossierDocumentFacts[]> {
  const facts: DossierDocumentFacts[] = [];
  for (const { kind, contentType, read } of documents) {
    const bytes = await read();
    facts.push({ kind, contentType, size: bytes.length, sha256: digestOf(bytes) });
  }
  return facts;
}

/** A document together with its row. */
export interface PlacedDocument {
  readonly row: DossierDocumentRow;
  readonly bytes: Uint8Array;
}

/** Reads a document again for its place in the dossier. Throws `dossier_document_changed` where it is another now. */
export async function readFor(row: DossierDocumentRow, document: DossierDocument): Promise<PlacedDocument> {
  const bytes = await document.read();
  if (digestOf(bytes) !== row.sha256) throw dossierError('dossier_document_changed', row.label);
  return { row, bytes };
}

/** Rows and documents stand in the same order: they were made of one another. */
export function paired(
  rows: readonly DossierDocumentRow[],
  documents: readonly DossierDocument[],
): readonly { readonly row: DossierDocumentRow; readonly document: DossierDocument }[] {
  if (rows.length !== documents.length) throw new Error('a dossier of other documents');
  return rows.flatMap((row, index) => {
    const document = documents[index];
    return document === undefined ? [] : [{ row, document }];
  });
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
