/** Makes one dossier of the documents of a folder and prints what it took: `dossier-driver.ts FOLDER`. */
import { createWriteStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lookAtDocuments, type DossierDocument } from '#client/dossier/dossier-document.ts';
import { writeEnglishPdf } from '#client/dossier/pdf/write-pdf.ts';
import { composeDossier } from '#shared/dossier/compose.ts';
import { smallProfile } from '#test/shared/registration/authority-profile/small-profile.ts';

export interface DossierFigures {
  readonly seconds: number;
  readonly peakMegabytes: number;
}

const [, , folder = ''] = process.argv;
const types = { jpg: 'image/jpeg', png: 'image/png', pdf: 'application/pdf' } as const;

const started = performance.now();
const names = (await readdir(folder)).filter((name) => /^\d\./.test(name)).toSorted();
const documents: readonly DossierDocument[] = names.map((name) => ({
  kind: 'card',
  contentType: types[name.split('.')[1] as keyof typeof types],
  read: () => readFile(join(folder, name)),
}));
const dossier = composeDossier({
  profile: smallProfile(),
  application: { route: 'phone', category: 'person', fields: { number: '12345', purpose: 'Work abroad' } },
  documents: await lookAtDocuments(documents),
  endpoints: [],
  now: 1_800_000_000,
});
await writeEnglishPdf({ dossier, documents, out: createWriteStream(join(folder, 'dossier.pdf')) });
const figures: DossierFigures = {
  seconds: (performance.now() - started) / 1000,
  // Linux gives kibibytes.
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
};
console.log(JSON.stringify(figures));
