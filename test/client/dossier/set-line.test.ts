import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { paragraphOf, visualRuns } from '#client/dossier/pdf/set-line.ts';

function runsOf(text: string): readonly string[] {
  const paragraph = paragraphOf(text);
  return visualRuns(paragraph, 0, paragraph.text.length).map((run) => run.text);
}

describe('a line', () => {
  test('of Urdu has an address in it from its first digit to its last', () => {
    expect(runsOf('ایڈریس 192.0.2.10 ہے')).toEqual([' ہے', '192.0.2.10', 'ایڈریس ']);
  });

  test('of Urdu has its brackets about what they hold', () => {
    expect(runsOf('سال (2026) میں').join('')).toContain('(2026)');
  });

  test('of Urdu with English in it keeps both in their own order', () => {
    expect(runsOf('میں WireGuard for work ہے')).toEqual([' ہے', 'WireGuard for work', 'میں ']);
  });

  test('of English reads as it was written', () => {
    expect(runsOf('Łukasz works')).toEqual(['Ł', 'ukasz works']);
  });

  test('shows a question mark for what no typeface has', () => {
    expect(runsOf('a你b')).toEqual(['a?b']);
  });

  test('loses and adds nothing, wherever it is cut', () => {
    const letters = fc.constantFrom(...Array.from('abc (12.3) اردو میں ہے'));
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 40 }), fc.nat(40), (all, cut) => {
        const paragraph = paragraphOf(all.join(''));
        const { length } = paragraph.text;
        const at = Math.min(cut, length);
        const shown = [...visualRuns(paragraph, 0, at), ...visualRuns(paragraph, at, length)];
        const sorted = (text: string): string => Array.from(text.replace(/[()]/g, '|')).toSorted().join('');
        expect(sorted(shown.map(({ text }) => text).join(''))).toBe(sorted(paragraph.text));
      }),
    );
  });
});
