import { beforeAll, describe, expect, it } from 'vitest';
import { nodePrimitives } from '#client/node-primitives.ts';
import { printHtml } from '#client/print/print-html.ts';
import { reportPaper } from '#client/report/paper.ts';
import { reportText, type ReportLanguage } from '#shared/report/text/index.ts';
import { verifyReport } from '#shared/report/verify-report.ts';
import {
  certificateOf,
  fileOf,
  makeReportScene,
  registrationOf,
  reportOf,
  sourcesOf,
} from '#test/shared/report/make-report.ts';
import { codeInPdf, textOfPdf } from './read-pdf.ts';

const scene = makeReportScene();
const KEY = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
const HOSTILE = '<img src=x onerror="document.title=1"> & </script>';

/** Enough of them for several pages. */
function registrations(count: number) {
  return Array.from({ length: count }, (_, number) => {
    const registration = `0f8fad5b-d9cb-469f-a165-${String(number).padStart(12, '0')}`;
    const endpoints = [{ public_key: KEY, host: `192.0.2.${10 + (number % 200)}`, port: 51_820 }];
    const label = number === 0 ? HOSTILE : `office ${number}`;
    const certificates = [certificateOf(scene, { sub: registration, endpoints })];
    return registrationOf(scene, { registration, label, certificates });
  });
}

async function printed(language: ReportLanguage, count = 4): Promise<{ html: string; pdf: Uint8Array }> {
  const text = fileOf(reportOf(sourcesOf(scene, { registrations: registrations(count) })), scene.device);
  const known = { anchors: [scene.gateway.anchor], fingerprints: [] };
  const verdict = verifyReport(text, { known, primitives: nodePrimitives });
  const html = await reportPaper({ verdict, language, file: 'report.json', sha256: 'ab'.repeat(32) });
  return { html, pdf: await printHtml({ html, environment: process.env }) };
}

/** Letters alone: Nastaliq's are drawn apart, and read back with spaces between them. */
const letters = (text: string): string => text.normalize('NFKC').replace(/[^\p{L}\p{N}.:]/gu, '');

describe.each(['en', 'ur'] as const)('the paper in %s', (language) => {
  let pdf: Uint8Array;
  beforeAll(async () => void ({ pdf } = await printed(language)));

  it('says on every page that the authority has not issued it', () => {
    const pages = textOfPdf(pdf)
      .split('\f')
      .filter((page) => page.trim() !== '');
    expect(pages.length).toBeGreaterThan(2);
    const notice = letters(reportText[language].not_by_authority);
    for (const page of pages) expect(letters(page)).toContain(notice);
  });

  it('has addresses, keys and masked numbers as they were written', () => {
    const text = textOfPdf(pdf);
    for (const number of [10, 11, 12, 13]) expect(text).toContain(`192.0.2.${number}:51820`);
    // In a line from right to left pdftotext puts a closing "=" before what it closes.
    expect(text).toContain(KEY.replace('=', ''));
    expect(text).toContain('•••••-••••567-1');
  });

  it('has a code that a scanner reads', () => {
    expect(codeInPdf(pdf)).toBe(
      `Sanad report 1\nreport: 3f2f6c0e-1d53-4a39-8c1c-5a3f0d2c9c5b\nfile: report.json\nsha256: ${'ab'.repeat(32)}`,
    );
  });
});

describe('the paper', () => {
  it('shows what others wrote as text, whatever it is', async () => {
    const { html, pdf } = await printed('en');
    expect(html).not.toContain('<img');
    expect(textOfPdf(pdf)).toContain('<img src=x');
  });

  it('keeps its own words in order beside a name that would turn the page round', async () => {
    // Each of these ends what isolates it: the isolate's end, a paragraph's end.
    for (const end of ['\u2069', '\u2029', '\u2028', '\u0085', '\u001C']) {
      const label = `office${end}\u202E`;
      const sources = sourcesOf(scene, { registrations: [registrationOf(scene, { label })] });
      const known = { anchors: [scene.gateway.anchor], fingerprints: [] };
      const verdict = verifyReport(fileOf(reportOf(sources), scene.device), {
        known,
        primitives: nodePrimitives,
      });
      const page = await reportPaper({ verdict, language: 'en', file: 'r.json', sha256: '00' });
      expect(page).not.toMatch(/[\u202A-\u202E]/);
      expect(page).not.toContain(end);
    }
  });

  it('with very many registrations is a table, all of them in it', async () => {
    const { html } = await printed('en', 80);
    expect(html).toContain('class="list"');
    expect(html.match(/0f8fad5b-d9cb-469f-a165-/g)).toHaveLength(80);
  });

  it('calls a registration without a certificate stated, not confirmed', async () => {
    const sources = sourcesOf(scene, { registrations: [registrationOf(scene, { certificates: [] })] });
    const known = { anchors: [scene.gateway.anchor], fingerprints: [] };
    const text = fileOf(reportOf(sources), scene.device);
    const verdict = verifyReport(text, { known, primitives: nodePrimitives });
    const page = await reportPaper({ verdict, language: 'en', file: 'r.json', sha256: '00' });
    expect(page).toContain('stated by you');
    expect(page).not.toContain('confirmed by Test Gateway');
  });
});
