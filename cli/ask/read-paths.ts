import { homedir } from 'node:os';
import { join } from 'node:path';
import type { OfferedFile } from '#client/application/files.ts';

/**
 * Paths as people type and terminals paste them: divided by white space, in quotes where they have some, with `\ ` for a
 * blank and ~ for home; `kind=path` says which document it is. undefined: a quote is open.
 */
export function readPaths(text: string, kinds: readonly string[]): readonly OfferedFile[] | undefined {
  const wordsRead = splitWords(text);
  return wordsRead?.map((word) => {
    const kind = kinds.find((one) => word.startsWith(`${one}=`));
    const path = kind === undefined ? word : word.slice(kind.length + 1);
    return { path: withHome(path), kind };
  });
}

function splitWords(text: string): readonly string[] | undefined {
  const found: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (quote !== '') {
      if (character === quote) quote = '';
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (character === '\\' && /[\s"'\\]/.test(text.charAt(at + 1))) {
      at += 1;
      word = (word ?? '') + text.charAt(at);
    } else if (/\s/.test(character)) {
      if (word !== undefined) found.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  if (quote !== '') return undefined;
  return word === undefined ? found : [...found, word];
}

function withHome(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}
