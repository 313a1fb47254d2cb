import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { directionOf, reportText, type ReportLanguage } from '#shared/report/text/index.ts';

const FONT = 'noto-nastaliq-urdu-arabic-wght-normal.woff2';

/** The style sheet of the page for paper; with the Urdu typeface inside where the page needs it: a machine need not have one. */
export async function paperStyle(language: ReportLanguage, page: string): Promise<string> {
  const face = language === 'ur' || /\p{Script=Arabic}/u.test(page) ? await urduFace() : '';
  return `${face}${pageRules(language)}${sheet}`;
}

async function urduFace(): Promise<string> {
  const data = (await readFile(fontFile())).toString('base64');
  // Letters, and the punctuation that belongs to them; digits and Latin come from the machine's own.
  const range = 'U+0600-06FF,U+0750-077F,U+200C-200F,U+2010-2011,U+201C-201D,U+FB50-FDFF,U+FE70-FEFC';
  return `@font-face { font-family: "Sanad Urdu"; font-weight: 400 700; unicode-range: ${range};
    src: url("data:font/woff2;base64,${data}") format("woff2"); }\n`;
}

/** Beside the bundle, or in the package. */
function fontFile(): string {
  const packaged = `../../node_modules/@fontsource-variable/noto-nastaliq-urdu/files/${FONT}`;
  const places = [`../font/${FONT}`, `./font/${FONT}`, packaged];
  const files = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return files.find((file) => existsSync(file)) ?? files[0] ?? FONT;
}

/** The line on every page (CSS Paged Media, section 4.2). Only words of ours stand in it. */
function pageRules(language: ReportLanguage): string {
  const text = reportText[language];
  const quote = (words: string): string => `"${words.replace(/["\\\n]/g, '')}"`;
  const font = `font: 600 9pt/1.6 ${families}; direction: ${directionOf(language)};`;
  const numbers = `${quote(`${text.page} `)} counter(page) ${quote(` ${text.page_of} `)} counter(pages)`;
  return `@page { size: A4; margin: 18mm 16mm 20mm;
    @top-center { content: ${quote(text.not_by_authority)}; ${font} border-bottom: 0.4pt solid #000; }
    @bottom-center { content: ${quote(`${text.not_by_authority}  ·  `)} ${numbers}; ${font} } }\n`;
}

const families = '"Sanad Urdu", "Noto Sans", "DejaVu Sans", "Liberation Sans", Arial, sans-serif';

const sheet = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; color: #000; background: #fff; font: 10pt/1.45 ${families}; }
html[lang="ur"] body { line-height: 2.1; }
h1 { font-size: 18pt; margin: 0 0 3mm; }
h2 { font-size: 12.5pt; margin: 7mm 0 2mm; padding-bottom: 1mm; border-bottom: 1pt solid #000; break-after: avoid; }
h3 { font-size: 11pt; margin: 0 0 1.5mm; display: flex; justify-content: space-between; gap: 4mm; }
p { margin: 0 0 2mm; }
.notice { border: 1.4pt solid #000; padding: 2.5mm 3.5mm; margin: 0 0 5mm; }
.notice strong { display: block; font-size: 12pt; }
.head { display: flex; gap: 6mm; align-items: flex-start; }
.head > table { flex: 1; }
.code { width: 42mm; flex: none; text-align: center; }
.code svg { width: 42mm; height: 42mm; display: block; }
.code p { font-size: 7.5pt; line-height: 1.5; margin: 1mm 0 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; vertical-align: top; padding: 0.7mm 0; border-bottom: 0.3pt solid #888; }
th { font-weight: 600; width: 34%; padding-inline-end: 4mm; }
td + td, th + td { padding-inline-start: 2mm; }
.list th { width: auto; border-bottom: 0.8pt solid #000; }
.list td { overflow-wrap: anywhere; padding-inline-end: 2mm; }
section.entry { border: 0.8pt solid #000; padding: 3mm 4mm; margin: 0 0 4mm; break-inside: avoid; }
.verdict { border: 1pt solid #000; border-radius: 2mm; padding: 0 2.5mm; white-space: nowrap; font-size: 10pt; }
.verdict.open { border-style: dashed; }
.technical { font-family: "DejaVu Sans Mono", "Liberation Mono", "Noto Sans Mono", monospace; font-size: 0.88em;
  overflow-wrap: anywhere; }
.faint { font-size: 8.5pt; }
ul { margin: 0; padding-inline-start: 5mm; }
li { margin: 0 0 1mm; }
@media screen { body { max-width: 190mm; margin: 8mm auto; padding: 0 6mm; } }
`;
