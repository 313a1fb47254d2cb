import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { html, lines, ltr, markupOf, ownDirection } from '#shared/print/html.ts';
import { renderPage } from '#shared/print/page.ts';
import { cssString } from '#shared/print/style.ts';

const hostile = [
  '<script>alert(1)</script>',
  '<iframe src="file:///etc/passwd"></iframe>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</td></table></body></html>',
  '<!--',
  '&lt;b&gt;',
  '</style><style>@import url(https://evil.example/)',
] as const;

describe('a template', () => {
  test.each(hostile)('takes %s as text, in elements and attributes', (text) => {
    const markup = markupOf(
      html`<p title="${text}">${text} ${ltr(text)} ${ownDirection(text)} ${lines(text)}</p>`,
    );
    expect(markup.match(/<(?!\/?(p|bdi|br)\b)/g)).toBeNull();
    expect(markup.match(/^<p title="[^"<>]*">/)).not.toBeNull();
  });

  test('loses no text: what a reader sees is what was given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const seen = markupOf(html`${text}`).replace(
          /&(amp|lt|gt|quot|#39);/g,
          (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name] ?? '',
        );
        const plain = (given: string): string =>
          given.replace(/[\u202A-\u202E\u2066-\u2069]/g, '').replace(/[\u2028\u2029]/g, ' ');
        expect(plain(seen)).toBe(plain(text).replace(/(?![\t\n])\p{Cc}|[\uFFFE\uFFFF]/gu, '\uFFFD'));
      }),
    );
  });

  test('takes out what would turn the rest of the page round', () => {
    expect(markupOf(ltr('a\u202Eb\u2067c'))).toBe('<bdi dir="ltr">abc</bdi>');
  });

  test('lets no separator end what isolates a value', () => {
    expect(markupOf(ltr('a\u2029b\u2028c\u0085d'))).toBe('<bdi dir="ltr">a b c\uFFFDd</bdi>');
  });

  test.each([
    ['whole stays', 'a\u2068b\u2069c', 'a\u2068b\u2069c'],
    ['left open is closed', 'a\u2068b', 'a\u2068b\u2069'],
    ['closed too often loses what is too much', '\u2069a\u2068b\u2069\u2069', 'a\u2068b\u2069'],
  ])('isolation that is %s', (_, given, shown) => expect(markupOf(html`${given}`)).toBe(shown));

  test('keeps markup of ours, lists and what is not there', () => {
    expect(markupOf(html`${[html`<b>1</b>`, 2, undefined, ['<']]}`)).toBe('<b>1</b>2&lt;');
  });

  test('has one line a line', () => {
    expect(markupOf(lines('a\r\n<b>\nc'))).toBe('<bdi dir="auto">a<br />&lt;b&gt;<br />c</bdi>');
  });
});

describe('a page', () => {
  const page = (language: 'en' | 'ur', text: string): string =>
    renderPage({
      ...{ language, title: text, fonts: [], body: html`<h1>${text}</h1>` },
      lines: { notice: text, head: text, page: [text, '', ''] },
    });

  test.each(hostile)('with %s at every place of it has no element of its writer', (text) => {
    const shown = page('ur', text);
    // One style sheet, and it ends where we end it; no script, no frame, no picture.
    expect(shown.match(/<style/g)).toHaveLength(1);
    expect(shown.match(/<\/style/g)).toHaveLength(1);
    expect(shown).not.toMatch(/<(script|iframe|img)/);
    expect(shown).not.toMatch(/<!--/);
  });

  test('is told to run and fetch nothing before anything of others stands in it', () => {
    const shown = page('en', 'text');
    expect(shown.indexOf("default-src 'none'")).toBeGreaterThan(0);
    expect(shown.indexOf("default-src 'none'")).toBeLessThan(shown.indexOf('text</title>'));
    expect(shown).not.toMatch(/https?:/);
  });

  test('runs right to left in Urdu', () => {
    expect(page('ur', 'x')).toContain('<html lang="ur" dir="rtl">');
    expect(page('en', 'x')).toContain('<html lang="en" dir="ltr">');
  });
});

describe('a string of a style sheet', () => {
  test('ends where it ends', () => {
    expect(cssString('a"b\\c\n</style>')).toBe('"a\\22 b\\5c c\\a \\3c /style\\3e "');
  });
});
