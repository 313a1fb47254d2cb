import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { guideBody } from '#shared/guide/guide-page.ts';
import { markupOf } from '#shared/print/html.ts';
import { readProfile } from '#shared/registration/authority-profile/read-profile.ts';

const file = join(import.meta.dirname, '../../../authority/pk-pta.json');
const profile = readProfile(JSON.parse(readFileSync(file, 'utf8')));

function guide(id: string, language: 'en' | 'ur' = 'en'): string {
  const category = profile.document.categories.find((one) => one.id === id);
  if (category === undefined) throw new Error(`no category ${id}`);
  const markup = markupOf(guideBody({ profile, category, language }));
  return markup
    .replace(/<[^>]*>/g, ' ')
    .replace(/[\u2068\u2069]/g, '')
    .replace(/\s+/g, ' ');
}

describe('the guide', () => {
  test('for a freelancer has the three ways, and what is needed on which', () => {
    const text = guide('freelancer');
    for (const way of ['A: fixed address', 'B: mobile number', 'C: licensed VPN provider'])
      expect(text).toContain(way);
    expect(text).toMatch(/Mobile number \(B\)/);
    expect(text).toContain('One of these: Letter from your employer or client / E-mails');
    expect(text).not.toContain('PSEB');
  });

  test('for a call centre has its certificate, and the notice about the fee', () => {
    const text = guide('call_centre');
    expect(text).toContain('PSEB certificate');
    expect(text).toContain('PTA takes a fee for whitelisting five or more addresses');
    expect(text).not.toContain('mobile data');
  });

  test('says nothing of time, fee and validity but what the rules say', () => {
    const text = guide('freelancer');
    expect(text).toContain('8 to 10 working hours');
    expect(text).toContain('The rules name no fee');
    expect(text).toContain('The authority has published no period.');
  });

  test('says who wrote the rules down, from what and when', () => {
    expect(guide('company')).toMatch(/Rules pk-pta@\d+, written down by The Sanad project .*on 2026-03-01/);
  });

  test('is in Urdu where it is asked for', () => {
    const text = guide('freelancer', 'ur');
    expect(text).toContain('فری لانسر');
    expect(text).not.toMatch(/\b(Choose|needed|documents)\b/);
  });
});
