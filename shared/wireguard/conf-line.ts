import type { WireguardProblemCode } from './wireguard-problem.ts';

/** One reason not to take a file. Reasons never quote the line. */
export interface ConfProblem {
  /** Counted from 1. */
  readonly line: number;
  readonly code: WireguardProblemCode;
  readonly reason: string;
}

/** One meaningful line of a .conf, comments and blanks left out. */
export type ConfLine =
  | { readonly kind: 'section'; readonly line: number; readonly name: string }
  | { readonly kind: 'entry'; readonly line: number; readonly key: string; readonly value: string }
  | { readonly kind: 'problem'; readonly line: number; readonly code: WireguardProblemCode };

/** Cuts a file into lines. Windows' line ends and byte order mark are taken, a lone carriage return is not. */
export function readConfLines(text: string): readonly ConfLine[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((content, index) => readConfLine(content, index + 1))
    .filter((line) => line !== undefined);
}

function readConfLine(content: string, line: number): ConfLine | undefined {
  // What one program shows as one line another reads as two: a way to smuggle a hook past whoever looks.
  if (/[^\P{Cc}\t]|[\u2028\u2029]|\p{Cs}/u.test(content))
    return { kind: 'problem', line, code: 'control_character' };
  // wg-quick(8): everything after the first # is a comment, inside a value too.
  const meaning = trimBlanks(content.replace(/#.*$/, ''));
  if (meaning === '') return undefined;
  // Without blanks inside: wg-quick(8) takes "[ Interface ]" for no section at all.
  const section = /^\[(?<name>[^[\]]*)\]$/.exec(meaning)?.groups?.['name'];
  if (section !== undefined) return { kind: 'section', line, name: section };
  const equals = meaning.indexOf('=');
  if (equals <= 0) return { kind: 'problem', line, code: 'line_malformed' };
  const key = trimBlanks(meaning.slice(0, equals));
  return { kind: 'entry', line, key, value: trimBlanks(meaning.slice(equals + 1)) };
}

/** Only the blanks WireGuard knows: trim() would also take look-alikes such as U+00A0 and U+FEFF. */
export function trimBlanks(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '');
}

/**
 * Lower case for ASCII letters alone: toLowerCase() makes a "k" of U+212A (Kelvin), and a look-alike of a key
 * is not that key.
 */
export function asciiLowerCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
