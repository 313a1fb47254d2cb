import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const folders = ['shared', 'client', 'cli', 'daemon', 'fetch', 'gateway', 'main', 'renderer', 'script'];
/** What only a profile may know. */
const words = /(?<![a-z])(pta|cnic|pseb|ntn|pakistan|wispap|karachi)(?![a-z])/i;

/** Where a word of Pakistan is no rule: which profile is bundled, and examples that people read. */
const allowed: readonly (readonly [string, RegExp])[] = [
  ['client/profile/built-in.ts', /pk-pta\.json/],
  ['gateway/profile/built-in.ts', /pk-pta\.json/],
  // Examples are about something.
  ['cli/grammar/', /cnic|sanad /],
  // Digits and dates as in English of Pakistan.
  ['shared/text/say.ts', /as Pakistan's forms/],
];
const example = /pk-pta(@1)?/;

function sources(folder: string): readonly string[] {
  try {
    return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|tsx|js|mjs|cjs)$/.test(name) && !/node_modules|\/preload\.cjs$/.test(name))
      .map((name) => join(folder, name));
  } catch {
    // A folder that is not there yet.
    return [];
  }
}

describe('code', () => {
  it('knows no authority: what one asks for is data under authority/', () => {
    const files = folders.flatMap(sources);
    expect(files.length).toBeGreaterThan(200);
    const found = files.flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .filter((line) => words.test(line.replace(new RegExp(example, 'g'), '')))
        .filter((line) => !allowed.some(([name, pattern]) => file.startsWith(name) && pattern.test(line)))
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(found).toEqual([]);
  });
});
