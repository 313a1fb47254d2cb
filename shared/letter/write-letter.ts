import { html, type Html } from '../print/html.ts';
import type { PageLines } from '../print/style.ts';
import { letterMessages } from '../text/letter/index.ts';
import { say } from '../text/say.ts';
import type { FilledLetter, LetterPiece } from './fill-letter.ts';

const LINE = '______________________';

/** Plain text; its lines end as files of this system do. */
export function letterText({ subject, body }: FilledLetter): string {
  return [plain(subject), '', ...body.map(plain), ''].join('\n');
}

/**
 * An e-mail that nobody has sent yet: opened, a mail program shows it as a draft (RFC 5322; X-Unsent is Outlook's). Recipient and
 * sender are for the person to put in.
 */
export function letterEmail(
  { subject, body, language }: FilledLetter,
  encode: (text: string) => string,
): string {
  const text = body.map(plain).join('\r\n');
  return [
    'X-Unsent: 1',
    `Subject: ${encodedWords(plain(subject), encode)}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Language: ${language}`,
    'Content-Transfer-Encoding: base64',
    '',
    ...(encode(text).match(/.{1,76}/g) ?? []),
    '',
  ].join('\r\n');
}

/** The body of a printed page. */
export function letterBody({ subject, body, language }: FilledLetter): Html {
  return html`<article class="letter">
      <h1>${inHtml(subject)}</h1>
      ${paragraphs(body).map((lines) => html`<p>${lines.map((line, index) => html`${index === 0 ? undefined : html`<br />`}${inHtml(line)}`)}</p>`)}
    </article>
    <p class="notice">${say(letterMessages, language, { message: 'notice' })}</p>`;
}

export function letterLines({ title, language }: FilledLetter): PageLines {
  const notice = say(letterMessages, language, { message: 'notice' });
  return { notice, head: title, page: ['', ' / ', ''] };
}

function plain(pieces: readonly LetterPiece[]): string {
  return pieces.map((piece) => ('blank' in piece ? LINE : piece.text)).join('');
}

function inHtml(pieces: readonly LetterPiece[]): readonly (Html | string)[] {
  return pieces.map((piece) => {
    if ('blank' in piece) return html`<span class="fill"></span>`;
    // Lines that the rules themselves leave to be filled in.
    return html`${piece.text.split(/_{6,}/).map((text, index) => html`${index === 0 ? undefined : html`<span class="fill"></span>`}${text}`)}`;
  });
}

/** Lines between empty ones. */
function paragraphs(body: FilledLetter['body']): readonly FilledLetter['body'][] {
  const found: (readonly LetterPiece[])[][] = [[]];
  for (const line of body) {
    if (line.length === 0) found.push([]);
    else found.at(-1)?.push(line);
  }
  return found.filter((lines) => lines.length > 0);
}

/** RFC 2047: encoded words of at most 75 characters, folded; so no text of anybody's can begin a header of its own. */
function encodedWords(text: string, encode: (text: string) => string): string {
  const words: string[] = [];
  let part = '';
  for (const character of text.replace(/\s+/g, ' ').trim()) {
    if (encode(part + character).length > 60) {
      words.push(part);
      part = '';
    }
    part += character;
  }
  return [...words, part].map((word) => `=?utf-8?B?${encode(word)}?=`).join('\r\n ');
}
