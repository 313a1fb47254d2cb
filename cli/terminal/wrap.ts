import { displayWidth } from './display-width.ts';

/** Narrower than this, a terminal breaks lines better than we. */
const LEAST_COLUMNS = 20;

/** A sentence in lines of at most so many columns, broken between words. */
export function wrap(text: string, columns: number): readonly string[] {
  if (columns < LEAST_COLUMNS) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && displayWidth(longer) > columns) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
