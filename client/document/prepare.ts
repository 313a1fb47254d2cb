import type { DocumentFile } from './document-file.ts';
import { examineFile } from './document-file.ts';
import { documentError } from './document-problem.ts';
import type { Stamp } from './stamp-text.ts';
import { inWorkshop, type WorkshopOptions } from './workshop/workshop.ts';

export interface Preparation {
  /** Of what leaves, in bytes: from the authority's rules. */
  readonly maxBytes: number;
  /** Where copies of this kind are stamped. */
  readonly stamp?: Stamp;
  readonly workshop?: WorkshopOptions;
}

export interface PreparedDocument {
  /** What leaves. */
  readonly file: DocumentFile;
  readonly isStamped: boolean;
  /** Whether it is another file than the one that was given. */
  readonly isChanged: boolean;
}

/**
 * Makes a copy ready to leave; the original stays as it is. A picture is straightened, freed of its hidden details and made
 * small enough; a PDF is changed only where it is stamped.
 */
export async function prepareDocument(original: DocumentFile, how: Preparation): Promise<PreparedDocument> {
  const { maxBytes, stamp, workshop } = how;
  const { contentType, bytes } = original;
  if (contentType === 'application/pdf' && stamp === undefined) return asItIs(original, maxBytes);
  if (original.remarks.includes('encrypted')) throw documentError('document_locked');
  const job = { contentType, bytes, maxBytes, ...(stamp === undefined ? {} : { stamp }) };
  const prepared = await inWorkshop(job, workshop);
  // As strictly as what a person brings: the process that made it has read what others made.
  const file = examineFile({ name: original.name, bytes: prepared.bytes }, { bytes: maxBytes });
  return { file, isStamped: stamp !== undefined, isChanged: true };
}

/** For whoever wants it sent unprepared. */
export function asItIs(original: DocumentFile, maxBytes: number): PreparedDocument {
  const { name, bytes } = original;
  return { file: examineFile({ name, bytes }, { bytes: maxBytes }), isStamped: false, isChanged: false };
}
