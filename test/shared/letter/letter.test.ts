import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fillLetter } from '#shared/letter/fill-letter.ts';
import { letterBody, letterEmail, letterText } from '#shared/letter/write-letter.ts';
import { markupOf } from '#shared/print/html.ts';
import { readProfile } from '#shared/registration/authority-profile/read-profile.ts';
import type { Language } from '#shared/text/language.ts';
import { smallProfile } from '../registration/authority-profile/small-profile.ts';

const en = (text: string) => ({ en: text });
const letter = {
  ...{ id: 'confirmation', title: en('Confirmation'), summary: en('Your client writes it') },
  subject: en('About {number}'),
  body: en('Date: {today}\n\n{number} uses {software} for: {purpose}\nKey {endpoint_public_key}'),
};
const profile = smallProfile({ letters: [letter] });
const base64 = (text: string): string => Buffer.from(text).toString('base64');

function filled(fields: Readonly<Record<string, string>>) {
  return fillLetter({ profile, letter, language: 'en', fields, now: 1_800_000_000 });
}

describe('a letter', () => {
  test('has what is known, and a line to fill in for what is not', () => {
    const draft = filled({ number: '12345', software: 'WireGuard' });
    expect(letterText(draft)).toBe(
      'About 12345\n\nDate: 2027-01-15\n\n12345 uses WireGuard for: ______________________\nKey ______________________\n',
    );
    expect(draft.blanks).toEqual(['purpose', 'endpoint_public_key']);
  });

  test('claims nothing that nobody said', () => {
    // The rules have a default for it; the applicant has not said so.
    expect(letterText(filled({}))).not.toContain('WireGuard');
  });

  test('has text of the applicant as text, on paper', () => {
    const markup = markupOf(letterBody(filled({ purpose: '<img src=x onerror=alert(1)>{today}' })));
    expect(markup).toContain('&lt;img src=x');
    expect(markup).not.toContain('<img');
    expect(markup).toContain('{today}');
  });

  test('as an e-mail has no header but its own, whatever the applicant wrote', () => {
    const number = `x\r\nBcc: everybody@example\n${'é'.repeat(80)}`;
    const email = letterEmail(filled({ number }), base64);
    const [head = '', body = ''] = email.split('\r\n\r\n');
    const names = head
      .split('\r\n')
      .filter((line) => !line.startsWith(' '))
      .map((line) => line.split(':')[0]);
    expect(names).toEqual([
      ...['X-Unsent', 'Subject', 'MIME-Version', 'Content-Type', 'Content-Language'],
      'Content-Transfer-Encoding',
    ]);
    for (const line of email.split('\r\n')) expect(line.length).toBeLessThanOrEqual(90);
    const words = [...head.matchAll(/=\?utf-8\?B\?([^?]*)\?=/g)].map(([, word = '']) =>
      Buffer.from(word, 'base64').toString(),
    );
    expect(words.join('')).toBe(`About x Bcc: everybody@example ${'é'.repeat(80)}`);
    expect(Buffer.from(body, 'base64').toString()).toContain('Date: 2027-01-15');
  });
});

describe('the letters of Pakistan', () => {
  const file = join(import.meta.dirname, '../../../authority/pk-pta.json');
  const pakistan = readProfile(JSON.parse(readFileSync(file, 'utf8')));
  const all = pakistan.document.letters.flatMap((one) =>
    (['en', 'ur'] as const).map((language) => [one.id, language, one] as const),
  );

  test.each(all)('%s in %s can be filled in by hand where nothing is known', (_, language: Language, one) => {
    const draft = fillLetter({ profile: pakistan, letter: one, language, fields: {}, now: 1_800_000_000 });
    expect(letterText(draft)).not.toMatch(/[{}\uE000]/);
    expect(draft.body.length).toBeGreaterThan(3);
  });
});
