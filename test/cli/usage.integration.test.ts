import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCommandLine, type CommandLine } from './command-line.ts';

let cli: CommandLine;
beforeEach(() => (cli = makeCommandLine()));
afterEach(() => cli.close());

describe('words that cannot be understood', () => {
  it.each([
    [['conect', 'office'], 'Did you mean: sanad connect'],
    [['registration', 'shwo'], 'Did you mean: sanad registration show'],
    [['status', '--jsno'], 'Did you mean: --json'],
    [['dossier', 'make'], 'See how it is meant: sanad dossier make --help'],
    [['user', 'enable'], 'See how it is meant: sanad user enable --help'],
    [['frobnicate'], 'See how it is meant: sanad help'],
  ])('%j: %s', async (words, nextAction) => {
    const { code, stderr } = await cli.sanad(...words);
    expect(code).toBe(2);
    expect(stderr).toContain(`Next: ${nextAction}\n`);
    expect((await cli.sanad(...words, '--json')).answer.problem).toMatchObject({ code: 'usage', nextAction });
  });
});
