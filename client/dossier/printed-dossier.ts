import { AFRelationship, PDFDocument } from '@cantoo/pdf-lib';
import { dossierBody, dossierLines } from '#shared/dossier/dossier-page.ts';
import type { Dossier } from '#shared/dossier/dossier-schema.ts';
import { renderPage } from '#shared/print/page.ts';
import type { AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import type { Language } from '#shared/text/language.ts';
import { readFonts } from '../print/fonts.ts';
import { printHtml } from '../print/print-html.ts';
import { paired, readFor, type DossierDocument } from './dossier-document.ts';
import { PictureShop } from './picture/picture-shop.ts';

export interface PageParts {
  readonly dossier: Dossier;
  /** In the order of the dossier's rows. */
  readonly documents: readonly DossierDocument[];
  readonly profile: AuthorityProfile;
  readonly language: Language;
}

/** The dossier as one HTML page that needs nothing from outside; its pictures are in it, other documents are not. */
export async function dossierHtml(parts: PageParts): Promise<string> {
  const { language, profile } = parts;
  const fonts = await readFonts();
  const lines = dossierLines({ profile, language });
  const body = dossierBody({ ...parts, pictures: await picturesOf(parts) });
  return renderPage({ language, title: lines.head, lines, fonts, body });
}

/**
 * The dossier as PDF, through Chromium, with every document attached. Throws what `printHtml` throws; `isWithoutBrowser` tells
 * whether it is for want of one.
 */
export async function printedDossier(
  parts: PageParts & { readonly environment: Readonly<Record<string, string | undefined>> },
): Promise<Uint8Array> {
  const { dossier, environment } = parts;
  const printed = await printHtml({ html: await dossierHtml(parts), environment });
  const pdf = await PDFDocument.load(printed, { updateMetadata: false });
  for (const { row, document } of paired(dossier.documents, parts.documents)) {
    const { bytes } = await readFor(row, document);
    await pdf.attach(bytes, row.file, attachment(row.content_type, row.label));
  }
  const json = new TextEncoder().encode(`${JSON.stringify(dossier, null, 2)}\n`);
  await pdf.attach(json, 'dossier.json', attachment('application/json', dossier.notice));
  pdf.setCreator('Sanad');
  return await pdf.save({ useObjectStreams: false, addDefaultPage: false, updateFieldAppearances: false });
}

function attachment(mimeType: string, description: string) {
  return { mimeType, description, afRelationship: AFRelationship.Supplement };
}

async function picturesOf({ dossier, documents }: PageParts): Promise<readonly (string | undefined)[]> {
  const shop = new PictureShop();
  const pictures: (string | undefined)[] = [];
  try {
    for (const { row, document } of paired(dossier.documents, documents)) {
      const isPicture = row.content_type !== 'application/pdf';
      const drawn = isPicture ? await shop.draw(await readFor(row, document)) : undefined;
      pictures.push(drawn === undefined ? undefined : Buffer.from(drawn).toString('base64'));
    }
    return pictures;
  } finally {
    shop.end();
  }
}
