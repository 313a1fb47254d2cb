import { escapeText } from '#shared/print/html.ts';
import { directionOfValue, piecesOf } from '#shared/report/text/index.ts';

/** Text that is safe to stand in a page. Made here only. */
export interface Markup {
  readonly markup: string;
}

type Inside = string | Markup | readonly Inside[];

/** A page's text with values in it: what is not markup already is escaped. */
export function html(parts: TemplateStringsArray, ...values: readonly Inside[]): Markup {
  let markup = parts[0] ?? '';
  for (const [index, value] of values.entries()) markup += textOf(value) + (parts[index + 1] ?? '');
  return { markup };
}

function textOf(value: Inside): string {
  if (typeof value === 'string') return escapeText(value);
  return 'markup' in value ? value.markup : value.map(textOf).join('');
}

/** Our own file's content: a style sheet, a picture. Never what anybody else wrote. */
export function ours(markup: string): Markup {
  return { markup };
}

/** An address, a key, a number or a time: left to right in every language, and breakable where it is long. */
export function technical(text: string): Markup {
  return html`<bdi dir="ltr" class="technical">${text}</bdi>`;
}

/** A name that somebody gave: in its own direction, whatever stands around it. */
export function named(text: string): Markup {
  return html`<bdi dir="${directionOfValue(text)}">${text}</bdi>`;
}

/** A sentence of ours with values in it, each in its own direction. */
export function sentence(words: string, values: Readonly<Record<string, string>> = {}): Markup {
  const pieces = piecesOf(words, values);
  return html`${pieces.map(({ kind, text }) => (kind === 'words' ? html`${text}` : named(text)))}`;
}
