import { directionOf, type Language } from '../text/language.ts';
import { html, markupOf, type Html } from './html.ts';
import { styleSheet, type EmbeddedFont, type PageLines } from './style.ts';

export interface PrintedPage {
  readonly language: Language;
  readonly title: string;
  readonly lines: PageLines;
  readonly fonts: readonly EmbeddedFont[];
  readonly body: Html;
  /** Of all type; 1 where nothing is said. */
  readonly scale?: number;
}

/**
 * A whole document, for Chromium to print and for people to open. It is told to run nothing and to fetch nothing: what it
 * needs is in it, and what somebody smuggled in past all escaping would have nowhere to go.
 */
export function renderPage({ language, title, lines, fonts, body, scale = 1 }: PrintedPage): string {
  const content = html`<title>${title}</title>`;
  return `<!doctype html>
<html lang="${language}" dir="${directionOf(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
${markupOf(content)}
<style>
${styleSheet(language, { fonts, lines, scale })}
</style>
</head>
<body>
${markupOf(html`<p class="notice">${lines.notice}</p>`)}
${markupOf(body)}
</body>
</html>
`;
}

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; base-uri 'none'; form-action 'none'";
