import { describe, expect, it } from 'vitest';
import type { Line } from '#cli/answer.ts';
import { deadlineLines } from '#cli/terminal/deadline-lines.ts';
import { describeProfile } from '#cli/terminal/describe-profile.ts';
import { displayWidth } from '#cli/terminal/display-width.ts';
import type { Language } from '#shared/text/language.ts';
import { meridia, pakistan } from '../authority/profiles.ts';

const textOf = (line: Line) => (typeof line === 'string' ? line : line.text);
const known = { profile: pakistan, origin: null, signedAt: null };
const shown = (language: Language, profile = pakistan) =>
  describeProfile({ ...known, profile }, { language, columns: 80, today: '2026-11-25' }).map(textOf);

describe('an authority’s rules, in plain words', () => {
  it('say who wrote them down, from where, and that the authority did not', () => {
    const text = shown('en').join('\n');
    expect(text).toContain('Rules of Pakistan Telecommunication Authority');
    expect(text.replace(/\s+/g, ' ')).toContain('The authority itself has not signed this.');
    expect(text).toContain('Last compared with its sources on 2026-03-01.');
    expect(text).toContain('https://ipregistration.pta.gov.pk/FAQs');
    expect(text).toContain('Usually decided within 8 to 10 working hours.');
    expect(text).toContain('No end of validity is published.');
    const from = { profile: pakistan, origin: 'https://gateway.example', signedAt: 1_800_000_000 };
    const lines = describeProfile(from, { language: 'en', columns: 80, today: '2026-11-25' }).map(textOf);
    expect(lines.join('\n')).toContain('Signed for https://gateway.example on 2027-01-15');
  });

  it('leave out no way, field, document, step or change, in either language', () => {
    for (const language of ['en', 'ur'] as const) {
      const text = shown(language).join(' ').replace(/\s+/g, ' ');
      const { routes, categories, fields, documents, procedure, changes } = pakistan.document;
      const names = [routes, categories].flatMap((list) => list.map(({ name }) => name[language] ?? '?'));
      const labels = [fields, documents, procedure, changes].flatMap((list) =>
        list.map(({ label }) => label[language] ?? '?'),
      );
      for (const said of [...names, ...labels]) expect(text).toContain(said);
    }
  });

  it('are in Urdu without a word of English but names, and no line turns another round', () => {
    const lines = shown('ur');
    expect(lines[0]).toContain('کے قواعد');
    for (const line of lines) {
      expect(line.split('\u2068')).toHaveLength(line.split('\u2069').length);
      expect(line).not.toMatch(/\b(needed|optional|only|Source|days)\b/);
    }
  });

  it('fit the terminal, but for addresses', () => {
    const wide = shown('en').filter((line) => displayWidth(line) > 80 && !line.includes('https:'));
    expect(wide.filter((line) => !/^ {2}(\S.*\(\w+\)|.*: .*|\d\. .*)$/.test(line))).toEqual([]);
  });

  it('of another country say what is so there: a validity, an e-mail, a countdown', () => {
    const text = shown('en', meridia).join('\n').replace(/\s+/g, ' ');
    expect(text).toContain('A registration is valid for 90 days.');
    expect(text).toContain('Three coins, always.');
    expect(text).toContain('36 days left (2026-12-31)');
    expect(text).toContain('3 to 4 working days');
  });
});

describe('a deadline', () => {
  const source = { id: 'page', title: { en: 'Page' }, url: 'https://x.example/', verified: '2026-01-01' };
  const line = (daysLeft: number) =>
    deadlineLines([
      {
        ...{ id: 'a:b', title: { en: 'Register' }, date: '2026-12-31', daysLeft, announced: null, source },
        authority: { en: 'Office' },
      },
    ]).map(textOf);

  it.each([
    [0, 'today'],
    [1, '1 day left'],
    [40, '40 days left'],
  ])('%i days ahead is one line with its source', (days, words) => {
    expect(line(days)).toEqual([`Office: Register: ${words} (2026-12-31; https://x.example/)`]);
  });
});
