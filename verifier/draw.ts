import { withoutTurning } from '#shared/print/html.ts';
import { directionOfValue, piecesOf } from '#shared/report/text/index.ts';

export type Child = Node | string;

/** An element with its attributes and what stands in it. Text is text: no markup is ever parsed, and nothing turns round. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children.map((child) => (typeof child === 'string' ? withoutTurning(child) : child)));
  return made;
}

/** An address, a key, a number or a time: left to right in every language. */
export function technical(text: string): HTMLElement {
  return element('bdi', { dir: 'ltr', class: 'technical' }, text);
}

/** A name that somebody gave, in its own direction. */
export function named(text: string): HTMLElement {
  return element('bdi', { dir: directionOfValue(text) }, text);
}

/** A sentence of ours with values in it. */
export function sentence(words: string, values: Readonly<Record<string, string>> = {}): Child[] {
  return piecesOf(words, values).map(({ kind, text }) => (kind === 'words' ? text : named(text)));
}

export type Fact = readonly [name: string, ...value: Child[]];

export function facts(rows: readonly Fact[]): HTMLElement {
  const parts = rows.flatMap(([name, ...value]) => [element('dt', {}, name), element('dd', {}, ...value)]);
  return element('dl', {}, ...parts);
}
