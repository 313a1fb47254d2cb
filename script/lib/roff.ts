/** Text for mdoc(7): ASCII alone, nothing that reads as a request, and so readable by every man there is. */
export function roffText(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\e')
    .replaceAll('’', '\\(cq')
    .replaceAll('‘', '\\(oq')
    .replaceAll('“', '\\(lq')
    .replaceAll('”', '\\(rq')
    .replace(/[^\n -~]/gu, (letter) => `\\[u${hex(letter)}]`);
  return escaped.replace(/^[.']/gm, (mark) => `\\&${mark}`);
}

/** What roff's output devices make typographic, and what it is then written as. */
const typed: Readonly<Record<string, string>> = {
  '-': '\\-',
  "'": '\\(aq',
  '"': '\\(dq',
  '`': '\\(ga',
  '~': '\\(ti',
  '^': '\\(ha',
};

/** A line to be typed: it can be copied from the page as it is. */
export function roffLine(line: string): string {
  return roffText(line).replace(/[-'"`~^]/g, (mark) => typed[mark] ?? mark);
}

/** A paragraph as mdoc wants it: each sentence on a line of its own, no line long. */
export function roffParagraph(text: string): readonly string[] {
  return text
    .split('\n\n')
    .flatMap((paragraph, index) => [...(index === 0 ? [] : ['.Pp']), ...sentences(paragraph).flatMap(fold)]);
}

function sentences(paragraph: string): readonly string[] {
  return paragraph.split(/(?<!e\.g\.)(?<=[.!?]) (?=[\p{Lu}\d(])/u);
}

const MAX_LINE = 78;

function fold(sentence: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of roffText(sentence.replaceAll('\n', ' ')).split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length > MAX_LINE && line !== '') {
      lines.push(line);
      line = /^[.']/.test(word) ? `\\&${word}` : word;
    } else line = longer;
  }
  return [...lines, line];
}

/** An argument of a macro: a word that is a macro's name would be taken for one. */
export function roffWord(word: string): string {
  return /^[A-Z][a-z]$/.test(word) ? `\\&${word}` : roffLine(word);
}

function hex(letter: string): string {
  return (letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
