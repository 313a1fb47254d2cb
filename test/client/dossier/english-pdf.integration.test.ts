import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DossierDocument } from '#client/dossier/dossier-document.ts';
import { writeEnglishPdf } from '#client/dossier/pdf/write-pdf.ts';
import type { Dossier } from '#shared/dossier/dossier-schema.ts';
import { pdfDocument, sampleDossier } from './sample.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sanad-test-dossier-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

async function picture(width: number, height: number, format: 'jpeg' | 'png' = 'jpeg'): Promise<Buffer> {
  const raw = sharp({ create: { width, height, channels: 3, background: '#336699' } });
  return await raw.toFormat(format).toBuffer();
}

function pictureDocument(kind: string, bytes: Buffer, type: 'jpeg' | 'png' = 'jpeg'): DossierDocument {
  return { kind, contentType: `image/${type}`, read: async () => await Promise.resolve(bytes) };
}

async function written(dossier: Dossier, documents: readonly DossierDocument[]): Promise<string> {
  const chunks: Buffer[] = [];
  const out = new Writable({
    write: (chunk: Buffer, _, done) => {
      chunks.push(chunk);
      done();
    },
  });
  await writeEnglishPdf({ dossier, documents, out });
  const file = join(folder, 'dossier.pdf');
  writeFileSync(file, Buffer.concat(chunks));
  return file;
}

function pagesOf(file: string): readonly string[] {
  return execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }).split('\f').slice(0, -1);
}

function attachmentsOf(file: string): Readonly<Record<string, Buffer>> {
  const into = mkdtempSync(join(folder, 'attachments-'));
  execFileSync('pdfdetach', ['-saveall', '-o', into, file]);
  return Object.fromEntries(readdirSync(into).map((name) => [name, readFileSync(join(into, name))]));
}

describe('the English PDF of a dossier', () => {
  test('has the documents whole as attachments, with the answers as JSON, and pictures on pages of their own', async () => {
    const [card, scan] = [await picture(800, 500), await picture(300, 400, 'png')];
    const documents = [
      pictureDocument('card', card),
      pictureDocument('extra', scan, 'png'),
      pdfDocument('extra'),
    ];
    const dossier = await sampleDossier(documents);
    const file = await written(dossier, documents);
    const attached = attachmentsOf(file);
    expect(Object.keys(attached).toSorted()).toEqual([
      ...['01-card.jpg', '02-extra.png', '03-extra.pdf', 'dossier.json'],
    ]);
    expect(attached['01-card.jpg']?.equals(card)).toBe(true);
    expect(attached['02-extra.png']?.equals(scan)).toBe(true);
    expect(JSON.parse(String(attached['dossier.json']))).toEqual(dossier);
    expect(execFileSync('pdfimages', ['-list', file], { encoding: 'utf8' }).trim().split('\n')).toHaveLength(
      4,
    );
  });

  test('says on every page who made it, and how many pages there are', async () => {
    const documents = [pictureDocument('card', await picture(400, 300))];
    const pages = pagesOf(await written(await sampleDossier(documents), documents));
    expect(pages.length).toBeGreaterThanOrEqual(2);
    pages.forEach((page, index) => {
      expect(page).toContain('Prepared by the applicant with Sanad; not issued by the authority.');
      expect(page).toContain(`Page ${index + 1} of ${pages.length}`);
    });
  });

  test('is A4 with bookmarks to each part and each document’s page', async () => {
    const documents = [pictureDocument('card', await picture(400, 300))];
    const file = await written(await sampleDossier(documents), documents);
    expect(execFileSync('pdfinfo', [file], { encoding: 'utf8' })).toMatch(/Page size: .*\(A4\)/);
    const outline = execFileSync('pdftohtml', ['-xml', '-i', '-stdout', file], { encoding: 'utf8' });
    const marks = [...outline.matchAll(/<item page="(\d+)">([^<]*)</g)].map(([, page, title]) => [
      title,
      page,
    ]);
    const last = String(pagesOf(file).length);
    expect(marks.slice(0, 2).map(([title]) => title)).toEqual([
      ...['Application', 'Answers, in the order of the portal’s form'],
    ]);
    expect(marks).toContainEqual(['Document 1: card', last]);
  });

  test('shows an address within Urdu from its first digit to its last', async () => {
    const fields = { number: '12345', purpose: 'میرا ایڈریس 203.0.113.57 ہے' };
    const documents = [pdfDocument('card')];
    const dossier = await sampleDossier(documents, {
      application: { route: 'phone', category: 'person', fields },
    });
    expect(pagesOf(await written(dossier, documents)).join('')).toContain('203.0.113.57');
  });

  test('goes on over as many pages as its answers take', async () => {
    const documents = [pdfDocument('card')];
    const dossier = await sampleDossier(documents);
    const answers = Array.from({ length: 60 }, (_, index) => ({
      ...{ field: `f${index}`, label: `Label ${index}`, value: 'v' },
      shown: 'unbreakable'.repeat(20),
    }));
    const pages = pagesOf(await written({ ...dossier, answers }, documents));
    expect(pages.length).toBeGreaterThan(2);
    expect(pages.join('')).toContain('Label 59');
  });

  test('is not made of a document that is another by now', async () => {
    let content = '%PDF-1.4 one';
    const document: DossierDocument = {
      ...{ kind: 'card', contentType: 'application/pdf' },
      read: async () => await Promise.resolve(Buffer.from(content)),
    };
    const dossier = await sampleDossier([document]);
    content = '%PDF-1.4 two';
    const problem = { problem: { code: 'dossier_document_changed' } };
    await expect(written(dossier, [document])).rejects.toMatchObject(problem);
  });

  test('is not made of a picture that breaks off', async () => {
    const whole = await picture(800, 800);
    const documents = [pictureDocument('card', whole.subarray(0, whole.length / 2))];
    const problem = { problem: { code: 'dossier_picture_unreadable' } };
    await expect(written(await sampleDossier(documents), documents)).rejects.toMatchObject(problem);
  });

  test('says what is wrong where it is written to', async () => {
    const documents = [pdfDocument('card', `%PDF-1.4${' '.repeat(100_000)}`)];
    const out = new Writable({ write: (_chunk, _, done) => done(new Error('ENOSPC')) });
    const dossier = await sampleDossier(documents);
    await expect(writeEnglishPdf({ dossier, documents, out })).rejects.toThrow('ENOSPC');
  });
});
