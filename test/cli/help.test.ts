import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { examplesOf } from '#cli/grammar/command.ts';
import { pathOf } from '#cli/grammar/help.ts';
import { wantsColours } from '#cli/terminal/colours.ts';
import { displayWidth } from '#cli/terminal/display-width.ts';
import { table } from '#cli/terminal/table.ts';
import { everyCommand, grammar } from './grammar.ts';

const { program } = grammar();
const commands = everyCommand(program);
const manual = readFileSync(join(import.meta.dirname, '../../docs/cli.md'), 'utf8');

async function helpOf(words: readonly string[], columns = 80): Promise<string> {
  const asked = grammar(columns);
  await asked.program.parseAsync(words, { from: 'user' }).catch(() => undefined);
  return asked.help.out;
}

describe('help', () => {
  it.each(commands.map((one) => [pathOf(one), one] as const))(
    'of `%s` shows how it is typed',
    (path, one) => {
      const examples = examplesOf(one);
      expect(examples.length).toBeGreaterThan(0);
      for (const [line] of examples) expect(line).toMatch(new RegExp(`^(sudo )?${path}( |$)`));
    },
  );

  it.each(commands.map((one) => [pathOf(one), one] as const))(
    'of `%s` uses options that there are, in its example',
    (_, one) => {
      const known = one.options.map(({ long }) => long);
      for (const [line] of examplesOf(one)) {
        for (const [option] of line.matchAll(/(?<= )--[a-z-]+/g)) expect(known).toContain(option);
      }
    },
  );

  it('puts every command into a group, and what all of them take below what is their own', async () => {
    expect(await helpOf(['--help'])).not.toContain('\nCommands:');
    expect(await helpOf(['register', '--help'])).toMatch(/Options:[^]*--wait[^]*Everywhere:[^]*--no-color/);
  });

  it('is the same for `help connect` and `connect --help`', async () => {
    expect(await helpOf(['help', 'connect'])).toBe(await helpOf(['connect', '--help']));
  });

  it.each([30, 44, 60])('fits a terminal of %i columns, but for lines to type', async (columns) => {
    const typed = new Set(commands.flatMap((one) => examplesOf(one).map(([line]) => line)));
    for (const words of [
      ['import', '--help'],
      ['register', '--help'],
      ['join', '--help'],
    ]) {
      const lines = (await helpOf(words, columns)).split('\n').filter((line) => !typed.has(line.trim()));
      const wide = lines.filter((line) => displayWidth(line) > columns && !line.startsWith('Usage:'));
      expect(wide).toEqual([]);
    }
  });
});

describe('docs/cli.md', () => {
  it.each(commands.map((one) => [pathOf(one), one] as const))('has `%s` with its options', (path, one) => {
    const row = manual.split('\n').find((line) => line.startsWith(`| \`${path}`));
    expect(row).toBeDefined();
    const own = one.options.flatMap(({ long }) => (long === undefined ? [] : [long]));
    for (const option of own) if (!['--json', '--no-color'].includes(option)) expect(row).toContain(option);
  });

  it('has the exit codes that help shows', async () => {
    const [, shown = ''] = (await helpOf(['--help'])).split('Exit codes:\n');
    const codes = [...shown.matchAll(/^ {2}(\d+) /gm)].map(([, code]) => code);
    const documented = [...manual.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => code);
    expect(codes).toEqual(documented);
  });
});

describe('colours', () => {
  const on = { isTerminal: true, environment: { TERM: 'xterm' }, words: ['status'] };
  it.each([
    ['nobody looks', { ...on, isTerminal: false }],
    ['NO_COLOR is set', { ...on, environment: { NO_COLOR: '1' } }],
    ['--no-color is typed', { ...on, words: ['status', '--no-color'] }],
    ['the terminal is dumb', { ...on, environment: { TERM: 'dumb' } }],
  ])('are off where %s', (_, looking) => expect(wantsColours(looking)).toBe(false));

  it('are on at a terminal, where NO_COLOR is empty too', () => {
    expect(wantsColours(on)).toBe(true);
    expect(wantsColours({ ...on, environment: { NO_COLOR: '' } })).toBe(true);
  });
});

describe('columns', () => {
  it('stand under one another in Urdu, with vowel signs, and in Chinese', () => {
    const rows = ['office', 'دفتر', 'گھَرِ', '办公室'].map((name) => [name, '|'] as const);
    const columns = table(rows).map((line) => displayWidth(line.slice(0, line.indexOf('|'))));
    expect(new Set(columns)).toEqual(new Set([8]));
  });
});
