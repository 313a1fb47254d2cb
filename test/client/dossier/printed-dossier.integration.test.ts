import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DossierDocument } from '#client/dossier/dossier-document.ts';
import { lookAtDocuments } from '#client/dossier/dossier-document.ts';
import { printedDossier } from '#client/dossier/printed-dossier.ts';
import { readFonts } from '#client/print/fonts.ts';
import { printHtml } from '#client/print/print-html.ts';
import { composeDossier } from '#shared/dossier/compose.ts';
import { html, markupOf } from '#shared/print/html.ts';
import { renderPage } from '#shared/print/page.ts';
import { readProfile } from '#shared/registration/authority-profile/read-profile.ts';
import { pdfDocument } from './sample.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sanad-test-dossier-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const profileFile = join(import.meta.dirname, '../../../authority/pk-pta.json');
const profile = readProfile(JSON.parse(readFileSync(profileFile, 'utf8')));

const ADDRESSES = '203.99.50.10, 203.99.50.117';

/** An applicant who means to read files of the computer that prints. */
const hostile = '"><iframe src="file:///etc/passwd"></iframe><script>document.title=1</script>';

async function printed(documents: readonly DossierDocument[]): Promise<string> {
  const dossier = composeDossier({
    profile,
    application: {
      ...{ route: 'A', category: 'freelancer' },
      fields: {
        ...{ full_name: 'محمد عمران خان', cnic: '3520212345671', client_name: hostile },
        ...{ isp_name: 'Example Net', subscriber_id: 'LHR-99-1203', ip_type: 'fixed' },
        ...{ source_address: ADDRESSES, purpose: 'میرا سرور 198.18.7.42 پر ہے اور کام جاری ہے۔' },
      },
    },
    documents: await lookAtDocuments(documents),
    endpoints: [],
    now: 1_800_000_000,
  });
  const parts = { dossier, documents, profile, language: 'ur', environment: process.env } as const;
  const file = join(folder, 'dossier.pdf');
  writeFileSync(file, await printedDossier(parts));
  return file;
}

function textOf(file: string): string {
  // Marks of direction stand between the letters of a right-to-left line.
  return execFileSync('pdftotext', [file, '-'], { encoding: 'utf8' }).replace(
    /[\u200E\u200F\u202A-\u202E\u2066-\u2069]/g,
    '',
  );
}

describe('the Urdu PDF of a dossier', () => {
  test('has every digit of addresses and identity numbers in order, and the documents whole', async () => {
    const documents = ['cnic_front', 'cnic_back', 'letter'].map((kind) =>
      pdfDocument(kind, `%PDF-1.4 ${kind}\n%%EOF\n`),
    );
    const file = await printed(documents);
    const text = textOf(file);
    expect(text).toContain(ADDRESSES);
    expect(text).toContain('35202-1234567-1');
    // Within a sentence of Urdu.
    expect(text).toContain('198.18.7.42');
    // Hostile text is text, on paper as well.
    expect(text.replace(/\s/g, '')).toContain('<iframesrc="file:///etc/passwd">');
    expect(text).not.toContain('root:');

    execFileSync('pdfdetach', ['-saveall', '-o', folder, file]);
    const attached = readdirSync(folder).filter((name) => name !== 'dossier.pdf');
    expect(attached.toSorted()).toEqual([
      ...['01-cnic_front.pdf', '02-cnic_back.pdf', '03-letter.pdf', 'dossier.json'],
    ]);
    expect(readFileSync(join(folder, '03-letter.pdf'), 'utf8')).toBe('%PDF-1.4 letter\n%%EOF\n');
    const outline = execFileSync('pdftohtml', ['-xml', '-i', '-stdout', file], { encoding: 'utf8' });
    expect(outline).toContain('<outline>');
  });
});

describe('a printed page', () => {
  test('reads no file of this computer even where markup of others got into it', async () => {
    const secret = join(folder, 'secret.txt');
    writeFileSync(secret, 'the secret of this computer');
    const raw = markupOf(html`MARK`);
    const lines = { notice: 'notice', head: 'head', page: ['', '', ''] } as const;
    const page = renderPage({
      ...{ language: 'en', title: 'title', lines, fonts: await readFonts(), body: html`MARK` },
    }).replace(
      raw,
      `<p>seen</p><iframe src="file://${secret}"></iframe><object data="file://${secret}"></object>
      <embed src="file://${secret}"><link rel="import" href="file://${secret}">`,
    );
    const pdf = await printHtml({ html: page, environment: process.env });
    const text = execFileSync('pdftotext', ['-', '-'], { input: pdf, encoding: 'utf8' });
    expect(text).toContain('seen');
    expect(text).not.toContain('secret of this computer');
  });
});
