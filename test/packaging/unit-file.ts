import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const packaging = join(import.meta.dirname, '../../packaging');

/** A unit's settings; each may be given several times. */
export interface UnitFile {
  /** The last value given, "" where there is none. */
  one(name: string): string;
  /** All values, split into words. */
  words(name: string): readonly string[];
}

export function readUnit(name: string): UnitFile {
  const lines = readFileSync(join(packaging, 'systemd', name), 'utf8').split('\n');
  const settings = lines
    .filter((line) => !/^\s*(?:[#;[]|$)/.test(line))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
  const valuesOf = (wanted: string): readonly string[] =>
    settings.filter(([name]) => name === wanted).map(([, value]) => value);
  return {
    one: (wanted) => valuesOf(wanted).at(-1) ?? '',
    words: (wanted) => valuesOf(wanted).flatMap((value) => value.split(/\s+/).filter((word) => word !== '')),
  };
}

export interface TmpfilesLine {
  readonly path: string;
  readonly mode: number;
  readonly user: string;
  readonly group: string;
}

/** The directories of a tmpfiles.d file. */
export function readTmpfiles(name: string): readonly TmpfilesLine[] {
  const lines = readFileSync(join(packaging, 'tmpfiles.d', name), 'utf8').split('\n');
  // C copies a file.
  return lines.filter((line) => line !== '' && !/^[#C]/.test(line)).map(parseTmpfilesLine);
}

function parseTmpfilesLine(line: string): TmpfilesLine {
  const [type, path = '', mode = '', user = '', group = ''] = line.split(/\s+/);
  if (type !== 'd') throw new Error(`tmpfiles.d: not a directory: ${line}`);
  return { path, mode: Number.parseInt(mode, 8), user, group };
}

/** What the program itself is started with, its variables replaced by what the unit sets them to. */
export function argumentsOf(unit: UnitFile): readonly string[] {
  const words = unit.words('ExecStart');
  const set = new Map(
    unit
      .words('Environment')
      .map((word) => [`\${${word.slice(0, word.indexOf('='))}}`, word.replace(/^[^=]*=/, '')]),
  );
  return (
    words
      .slice(words.findIndex((word) => word.endsWith('.mjs')) + 1)
      // Without braces it stands for as many words as it has.
      .flatMap((word) => set.get(word) ?? set.get(word.replace(/^\$(\w+)$/, '${$1}'))?.split(' ') ?? word)
  );
}

/** What Node itself is started with: the words between it and the program. */
export function nodeFlagsOf(unit: UnitFile): readonly string[] {
  const [, ...words] = unit.words('ExecStart');
  return words.slice(
    0,
    words.findIndex((word) => word.endsWith('.mjs')),
  );
}
