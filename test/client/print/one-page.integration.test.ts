import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { printOnOnePage } from '#client/print/one-page.ts';
import { guideBody, guideLines } from '#shared/guide/guide-page.ts';
import { html } from '#shared/print/html.ts';
import { readProfile } from '#shared/registration/authority-profile/read-profile.ts';

const file = join(import.meta.dirname, '../../../authority/pk-pta.json');
const profile = readProfile(JSON.parse(readFileSync(file, 'utf8')));
const { categories } = profile.document;

describe('the guide on paper', () => {
  // The two with most on them.
  const longest = categories.filter(({ id }) => ['freelancer', 'call_centre'].includes(id));
  const all = longest.flatMap((category) =>
    (['en', 'ur'] as const).map((language) => [category.id, language] as const),
  );

  test.each(all)(
    'for %s in %s fits one page of A4 with its notice',
    async (id, language) => {
      const category = categories.find((one) => one.id === id);
      if (category === undefined) throw new Error(id);
      const parts = { profile, category, language };
      const lines = guideLines(parts);
      const page = { language, title: lines.head, lines, body: guideBody(parts) };
      const pdf = await printOnOnePage(page, { environment: process.env });
      const facts = execFileSync('pdfinfo', ['-'], { input: pdf, encoding: 'utf8' });
      expect(facts).toMatch(/Pages:\s+1\n/);
      expect(facts).toMatch(/\(A4\)/);
      const text = execFileSync('pdftotext', ['-', '-'], { input: pdf, encoding: 'utf8' });
      expect(text).toContain(profile.reference);
      if (language === 'en') expect(text).toContain('not issued by the authority');
    },
    60_000,
  );

  test('is refused where no type is small enough', async () => {
    const lines = { notice: '', head: '', page: ['', '', ''] } as const;
    const body = html`${Array.from({ length: 400 }, () => html`<p>line</p>`)}`;
    const printed = printOnOnePage({ language: 'en', title: '', lines, body }, { environment: process.env });
    await expect(printed).rejects.toMatchObject({ problem: { code: 'print_too_long' } });
  }, 60_000);
});
