import type { AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import { documentsOf } from '#shared/registration/interview/state.ts';
import { applicationMessages } from '#shared/text/application/index.ts';
import { inLanguage, type Language } from '#shared/text/language.ts';
import { say } from '#shared/text/say.ts';
import { examineFile, MAX_PHOTOGRAPH_BYTES, type DocumentFile } from '../document/document-file.ts';
import type { KeptDocument } from '../document/document-store.ts';
import { documentError } from '../document/document-problem.ts';
import { prepareDocument } from '../document/prepare.ts';
import type { Stamp } from '../document/stamp-text.ts';
import { interviewOf, type Work } from './work.ts';

const COPY = 'copy';

/** Who gets copies. `id` tells one from another: an office's origin, or the authority's portal. */
export interface Recipient {
  readonly id: string;
  /** As the stamp has it. */
  readonly name: string;
}

/** A document as it leaves. */
export interface Copy {
  readonly kind: string;
  readonly file: DocumentFile;
}

/**
 * The documents of an application, made ready for a recipient, in the rules' order. Made once and kept until all of it has
 * been sent: sent again after a crash it is the same file to the byte, and so the same document.
 */
export async function copiesFor(work: Work, recipient: Recipient): Promise<readonly Copy[]> {
  const ids = documentsOf(interviewOf(work));
  const { documents: kept } = await work.documents.list();
  const copies: Copy[] = [];
  for (const evidence of work.profile.document.documents) {
    for (const sha256 of ids[evidence.id] ?? []) {
      const document = kept.find((one) => one.kind === evidence.id && one.sha256 === sha256);
      if (document === undefined) throw documentError('document_not_kept', evidence.id);
      copies.push({ kind: evidence.id, file: await copyOf(work, { document, recipient, evidence }) });
    }
  }
  return copies;
}

/** Nothing of the application is on its way any more. */
export async function forgetCopies({ vault, draft, documents }: Work, recipient: Recipient): Promise<void> {
  const { documents: kept } = await documents.list();
  for (const document of kept) await vault.remove(COPY, copyName({ draft: draft.id, document, recipient }));
}

interface CopyOptions {
  readonly document: KeptDocument;
  readonly recipient: Recipient;
  readonly evidence: { readonly max_bytes: number; readonly stamped?: boolean | undefined };
}

async function copyOf(work: Work, options: CopyOptions): Promise<DocumentFile> {
  const { vault } = work;
  const { document, recipient } = options;
  const limits = { bytes: MAX_PHOTOGRAPH_BYTES };
  const name = copyName({ draft: work.draft.id, document, recipient });
  const made = await vault.read(COPY, name);
  if (made !== undefined) return examineFile({ name: document.name, bytes: made }, limits);
  const original = examineFile(
    { name: document.name, bytes: await work.documents.content(document) },
    limits,
  );
  const file = await prepared(original, options, work);
  await vault.write(COPY, name, file.bytes);
  return file;
}

async function prepared(
  original: DocumentFile,
  { evidence, recipient }: CopyOptions,
  { context, profile }: Work,
): Promise<DocumentFile> {
  const stamp = {
    purpose: purposeUnder(profile),
    recipient: recipient.name,
    at: context.client.now(),
  };
  const how = { maxBytes: evidence.max_bytes, ...(evidence.stamped === true ? { stamp } : {}) };
  return (await prepareDocument(original, how)).file;
}

/** What a stamped copy may be used for. */
function purposeUnder({ document: { authority } }: AuthorityProfile): Stamp['purpose'] {
  const name = (language: Language) => inLanguage(authority.short_name, language);
  const text = (language: Language) =>
    say(applicationMessages, language, { message: 'stamp_purpose', values: { authority: name(language) } });
  return { en: text('en'), ur: text('ur') };
}

/** Stamped for one recipient, it is none for another. */
function copyName(of: {
  readonly draft: string;
  readonly document: KeptDocument;
  readonly recipient: Recipient;
}): string {
  const { kind, sha256 } = of.document;
  return `${of.draft}/${of.recipient.id}/${kind}/${sha256}`;
}
