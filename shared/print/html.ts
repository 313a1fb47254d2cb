const escaped: unique symbol = Symbol('escaped');

/** Markup of ours in which all text of others was escaped. Made here only. */
export interface Html {
  readonly [escaped]: string;
}

export type HtmlContent = Html | string | number | readonly HtmlContent[] | undefined;

/**
 * A template whose values are text and never markup, in elements and in quoted attributes alike. Never put a value into a
 * <style>, a URL or an attribute without quotes: nothing here knows their rules.
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlContent[]): Html {
  const rest = values.map((value, index) => `${contentOf(value)}${parts[index + 1] ?? ''}`);
  return { [escaped]: `${parts[0] ?? ''}${rest.join('')}` };
}

/** The markup as text: for the page that is printed. */
export function markupOf(content: Html): string {
  return content[escaped];
}

/** A number, an address, a key, a date: runs left to right in every language, and is never broken by what is beside it. */
export function ltr(text: string): Html {
  return html`<bdi dir="ltr">${text}</bdi>`;
}

/** Somebody's words: in their own direction, whatever it is. */
export function ownDirection(text: string): Html {
  return html`<bdi>${text}</bdi>`;
}

/** Words on several lines. */
export function lines(text: string): Html {
  const [first = '', ...rest] = text.split(/\r?\n/);
  return html`<bdi dir="auto">${first}${rest.map((line) => html`<br />${line}`)}</bdi>`;
}

function contentOf(content: HtmlContent): string {
  if (content === undefined) return '';
  if (typeof content === 'string' || typeof content === 'number') return escapeText(String(content));
  return isList(content) ? content.map(contentOf).join('') : content[escaped];
}

function isList(content: Html | readonly HtmlContent[]): content is readonly HtmlContent[] {
  return Array.isArray(content);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that is safe in elements and in quoted attributes, and turns nothing round that stands around it. */
export function escapeText(text: string): string {
  return withoutTurning(text).replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/**
 * Without the controls that turn text round, for an unclosed one would turn the rest of the page; the isolation that `say` puts
 * about a value stays where it is whole. A separator of lines or paragraphs ends every isolation, also that of a <bdi>: it
 * becomes a blank. So do characters go that HTML does not have.
 */
export function withoutTurning(text: string): string {
  return balanced(text.replace(/[\u202A-\u202E\u2066\u2067]/g, ''))
    .replace(/[\u2028\u2029]/g, ' ')
    .replace(/(?![\t\n])[\p{Cc}\p{Cs}]|[\uFFFE\uFFFF]/gu, '\uFFFD');
}

/** U+2068 and U+2069 only in pairs. */
function balanced(text: string): string {
  const opened = (text.match(/\u2068/g) ?? []).length;
  if (opened === 0) return text.replaceAll('\u2069', '');
  let depth = 0;
  const closing = Array.from(text).filter((character) => {
    if (character === '\u2068') depth += 1;
    if (character !== '\u2069') return true;
    depth -= 1;
    if (depth >= 0) return true;
    depth = 0;
    return false;
  });
  return closing.join('') + '\u2069'.repeat(depth);
}
