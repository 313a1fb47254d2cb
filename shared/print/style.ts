import { directionOf, type Language } from '../text/language.ts';

/** A typeface within the page: nothing is fetched when it is shown or printed. */
export interface EmbeddedFont {
  readonly family: string;
  readonly weight: number;
  readonly format: 'woff2' | 'ttf';
  /** base64 */
  readonly data: string;
  readonly unicodeRange?: string;
}

export interface PageLines {
  /** On every page, at its foot; ours, and never a text of others. */
  readonly notice: string;
  /** At the head of every page but the first. */
  readonly head: string;
  /** Around the numbers: "Page " n " of " m. */
  readonly page: readonly [before: string, between: string, after: string];
}

/** In points; all else follows from them. Urdu's Nastaliq is tall and slanted: larger, and with twice the leading. */
const sizes = {
  en: { text: 10, small: 8.5, heading: 12.5, title: 20, leading: 1.4 },
  ur: { text: 11.5, small: 9.5, heading: 13.5, title: 19, leading: 2.05 },
} as const satisfies Record<Language, object>;

export const LATIN_FAMILY = 'Noto Sans';
export const URDU_FAMILY = 'Noto Nastaliq Urdu';

/** One style sheet for everything that is printed. Greys print; no meaning is in a colour. */
export function styleSheet(
  language: Language,
  {
    fonts,
    lines,
    scale = 1,
  }: { readonly fonts: readonly EmbeddedFont[]; readonly lines: PageLines; readonly scale?: number },
): string {
  const { text, small, heading, title, leading } = sizes[language];
  const points = (value: number): number => Math.round(value * scale * 100) / 100;
  const size = {
    leading,
    text: points(text),
    small: points(small),
    heading: points(heading),
    title: points(title),
  };
  return `${fonts.map(fontFace).join('\n')}
${pageRules(language, lines)}
:root { --text: ${size.text}pt; --small: ${size.small}pt; --heading: ${size.heading}pt; --title: ${size.title}pt;
  --ink: #000; --quiet: #444; --line: #888; --shade: #f1f1f1; --gap: ${language === 'ur' ? '2mm' : '2.5mm'}; }
* { box-sizing: border-box; }
html { font: 400 var(--text)/${size.leading} ${fontStack(language)}; color: var(--ink); background: #fff; }
body { margin: 0; }
h1 { font-size: var(--title); font-weight: 700; line-height: ${language === 'ur' ? 1.9 : 1.2}; margin: 0 0 1mm; }
h2 { font-size: var(--heading); font-weight: 700; line-height: ${language === 'ur' ? 1.9 : 1.3}; margin: calc(2 * var(--gap)) 0 calc(var(--gap) / 2);
  border-block-end: 0.6pt solid var(--line); break-after: avoid; }
h3 { font-size: var(--text); font-weight: 700; margin: var(--gap) 0 0; break-after: avoid; }
p { margin: 0 0 var(--gap); }
ul, ol { margin: 0 0 var(--gap); padding-inline-start: 6mm; }
li { margin: 0 0 0.6mm; ${language === 'ur' ? 'padding-block-start: 1mm; ' : ''}}
table { width: 100%; border-collapse: collapse; margin: 0 0 var(--gap); }
th, td { text-align: start; vertical-align: baseline; padding: ${language === 'ur' ? '1.4mm 2mm 0.4mm' : '0.9mm 2mm'}; border-block-end: 0.4pt solid #bbb; overflow-wrap: anywhere; }
th { font-weight: 700; }
thead th { border-block-end: 0.8pt solid var(--ink); font-size: var(--small); }
tbody th { width: 36%; font-weight: 400; color: var(--quiet); }
tr, li, figure, .together { break-inside: avoid; }
thead { display: table-header-group; }
.columns td { width: auto; }
.columns bdi { white-space: nowrap; }
.columns .code { width: 62mm; }
.columns .code bdi { white-space: normal; }
bdi[dir='ltr'] { font-family: '${LATIN_FAMILY}', 'DejaVu Sans', Arial, sans-serif; unicode-bidi: isolate; }
.code { font-size: 7.5pt; line-height: 1.3; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); }
.small { font-size: var(--small); }
.tight { padding-inline-start: 4mm; line-height: ${language === 'ur' ? 1.75 : 1.3}; }
.tight li { margin: 0; padding: 0; }
.box { border: 0.8pt solid var(--ink); padding: 2mm 3mm; margin: 0 0 var(--gap); break-inside: avoid; }
.fill { display: inline-block; min-width: 45mm; border-block-end: 0.6pt solid var(--ink); height: 1em; vertical-align: baseline; }
.fill.short { min-width: 28mm; }
.plain { list-style: none; padding: 0; }
.boxes { list-style: '\\2610\\00a0'; padding-inline-start: 5mm; }
.halves { display: grid; grid-template-columns: 1fr 1fr; column-gap: 8mm; }
.thirds { display: grid; grid-template-columns: 1fr 1fr 1fr; column-gap: 6mm; border: 0.8pt solid var(--ink); padding: 2mm 3mm 0; margin-block-start: var(--gap); }
.thirds h3 { margin: 0; }
.origin { margin-block-start: var(--gap); }
.guide { line-height: ${language === 'ur' ? 1.8 : 1.4}; }
.guide li { padding-block: 0; margin-block-end: 0.4mm; }
.guide h2 { margin-block-start: var(--gap); }
.letter { line-height: ${language === 'ur' ? 2.2 : 1.55}; }
.letter h1 { font-size: var(--heading); margin-block-end: 6mm; }
.letter p { margin-block-end: 5mm; }
.signature { display: flex; gap: 8mm; margin-block-start: 14mm; break-inside: avoid; }
.signature > div { flex: 1; border-block-start: 0.6pt solid var(--ink); padding-block-start: 1mm; font-size: var(--small); }
figure { margin: 0; break-before: page; display: flex; flex-direction: column; height: ${language === 'ur' ? 246 : 248}mm;
  /* Nastaliq rises above its line: without this its ink would stand on the page before. */
  padding-block-start: ${language === 'ur' ? 4 : 0}mm; }
figure img { flex: 1; min-height: 0; width: 100%; object-fit: contain; object-position: top; }
figure h2 { margin-block-start: 0; }
@media screen { body { max-width: 180mm; margin: 12mm auto; padding: 0 5mm; } .notice { border: 0.8pt solid var(--ink); padding: 2mm 3mm; } }
@media print { .notice { display: none; } a { color: inherit; text-decoration: none; } }`;
}

function fontFace({ family, weight, format, data, unicodeRange }: EmbeddedFont): string {
  const range = unicodeRange === undefined ? '' : ` unicode-range: ${unicodeRange};`;
  return `@font-face { font-family: '${family}'; font-weight: ${weight}; font-style: normal; src: url(data:font/${format};base64,${data});${range} }`;
}

function fontStack(language: Language): string {
  const latin = `'${LATIN_FAMILY}', 'DejaVu Sans', Arial, sans-serif`;
  // Nastaliq first: its own full stop, comma and question mark belong to Urdu; digits and Latin come from the other.
  return language === 'ur' ? `'${URDU_FAMILY}', ${latin}` : `${latin}, '${URDU_FAMILY}'`;
}

/** The page's margins hold what stands on every page (CSS Paged Media, margin boxes). */
function pageRules(language: Language, { notice, head, page: [before, between, after] }: PageLines): string {
  const [start, end] = directionOf(language) === 'rtl' ? ['right', 'left'] : ['left', 'right'];
  const font = `font: 400 ${sizes[language].small}pt ${fontStack(language)}; color: #444; direction: ${directionOf(language)};`;
  const number = `${cssString(before)} counter(page) ${cssString(between)} counter(pages) ${cssString(after)}`;
  return `@page { size: A4; margin: 18mm 18mm 20mm;
  @top-${start} { content: ${cssString(head)}; ${font} white-space: nowrap; }
  @bottom-${start} { content: ${cssString(notice)}; ${font} white-space: nowrap; }
  @bottom-${end} { content: ${number}; ${font} white-space: nowrap; } }
@page :first { @top-${start} { content: none; } }`;
}

/** CSS Syntax 3, section 4.3.5: everything that could end the string, or the style sheet, is written by number. */
export function cssString(text: string): string {
  const safe = text.replace(
    /["\\<>&\p{Cc}]/gu,
    (character) => `\\${(character.codePointAt(0) ?? 0).toString(16)} `,
  );
  return `"${safe}"`;
}
