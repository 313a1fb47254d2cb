import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { composeDossier } from '#shared/dossier/compose.ts';
import type { Dossier } from '#shared/dossier/dossier-schema.ts';
import { applicationOf } from '#shared/registration/interview/state.ts';
import { inLanguage, type Language } from '#shared/text/language.ts';
import { applicationError } from '../application/application-problem.ts';
import { ApplicationStore } from '../application/application-store.ts';
import { copiesFor, forgetCopies, type Recipient } from '../application/copies.ts';
import { interviewOf, resumeWork, type ApplicationContext, type Work } from '../application/work.ts';
import { notWritten } from '../file/atomic-file.ts';
import { requireFreePlace, writeOutFile } from '../file/out-file.ts';
import { isWithoutBrowser } from '../print/print-problem.ts';
import { endpointsOf } from '../registration/read-certificate.ts';
import { TunnelStore } from '../tunnel/tunnel-store.ts';
import { lookAtDocuments, type DossierDocument } from './dossier-document.ts';
import { writeEnglishPdf } from './pdf/write-pdf.ts';
import { dossierHtml, printedDossier } from './printed-dossier.ts';

/** The application for that VPN connection that was worked on last, or of all; it is complete and was agreed to. */
export async function agreedApplication(
  context: ApplicationContext,
  tunnel: string | undefined,
): Promise<Work> {
  const { drafts } = await new ApplicationStore(context.client).drafts();
  const found = drafts.find((draft) => tunnel === undefined || draft.tunnel === tunnel);
  if (found === undefined) throw applicationError('application_unknown');
  if (found.finished_at === null) throw applicationError('application_unfinished');
  return await resumeWork(context, found.id);
}

interface Composed {
  readonly dossier: Dossier;
  readonly documents: readonly DossierDocument[];
}

/** What is filed, without documents: for copying field by field. */
export async function composed(work: Work): Promise<Composed> {
  const copies = await copiesFor(work, authorityOf(work));
  const documents = copies.map(({ kind, file }): DossierDocument => ({
    ...{ kind, contentType: file.contentType },
    read: () => Promise.resolve(file.bytes),
  }));
  const application = applicationOf(interviewOf(work));
  if (application === undefined) throw applicationError('application_unfinished');
  const dossier = composeDossier({
    ...{ profile: work.profile, application, documents: await lookAtDocuments(documents) },
    ...{ endpoints: await endpointsFor(work), now: work.context.client.now() },
  });
  return { dossier, documents };
}

/** It was decided: stamped copies for the authority are not needed any more. */
export async function forgetDossierCopies(work: Work): Promise<void> {
  await forgetCopies(work, authorityOf(work));
}

interface MakeOptions {
  /** A folder of the person's choice. */
  readonly folder: string;
  readonly language: Language;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface MadeDossier {
  readonly files: readonly string[];
  /** There is no browser to print Urdu with: the HTML lies beside the English PDF. */
  readonly isWithoutUrduPdf: boolean;
}

/** Writes the dossier: JSON, the English PDF, and Urdu where it is wanted. Touches no file that is there. */
export async function makeDossier(
  work: Work,
  { folder, language, environment }: MakeOptions,
): Promise<MadeDossier> {
  const at = (name: string): string => join(folder, name);
  const wanted = [
    'dossier.json',
    'dossier-en.pdf',
    ...(language === 'ur' ? ['dossier-ur.pdf', 'dossier-ur.html'] : []),
  ];
  for (const name of wanted) await requireFreePlace(at(name));
  const { dossier, documents } = await composed(work);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeOutStream(at('dossier-en.pdf'), (out) => writeEnglishPdf({ dossier, documents, out }));
  await writeOutFile(at('dossier.json'), `${JSON.stringify(dossier, null, 2)}\n`);
  const files = [at('dossier-en.pdf'), at('dossier.json')];
  if (language === 'en') return { files, isWithoutUrduPdf: false };
  const page = { dossier, documents, profile: work.profile, language };
  try {
    await writeOutFile(at('dossier-ur.pdf'), await printedDossier({ ...page, environment }));
    return { files: [...files, at('dossier-ur.pdf')], isWithoutUrduPdf: false };
  } catch (cause) {
    if (!isWithoutBrowser(cause)) throw cause;
    await writeOutFile(at('dossier-ur.html'), await dossierHtml(page));
    return { files: [...files, at('dossier-ur.html')], isWithoutUrduPdf: true };
  }
}

/** Copies are stamped for the authority, in the name that it has in English: a stamp has both languages of its words. */
function authorityOf({ profile: { document: rules } }: Work): Recipient {
  return { id: `authority:${rules.authority.id}`, name: inLanguage(rules.authority.name, 'en') };
}

async function endpointsFor({ draft, context: { client } }: Work) {
  const tunnel = (await new TunnelStore(client).all()).find(({ name }) => name === draft.tunnel);
  return tunnel === undefined ? [] : endpointsOf(tunnel);
}

/** Whole or not at all, as `writeOutFile`, for what is too large to be held in memory. */
async function writeOutStream(path: string, write: (out: Writable) => Promise<void>): Promise<void> {
  const half = `${path}.new`;
  try {
    await write(createWriteStream(half, { flags: 'wx', mode: 0o600 }));
    const file = await open(half, 'r+');
    await file.sync();
    await file.close();
    await rename(half, path);
  } catch (cause) {
    await rm(half, { force: true });
    throw isSystem(cause) ? notWritten(cause) : cause;
  }
}

function isSystem(cause: unknown): boolean {
  return cause instanceof Error && 'syscall' in cause;
}
