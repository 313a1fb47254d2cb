import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examplesOf } from '#cli/grammar/command.ts';
import { pathOf } from '#cli/grammar/help.ts';
import { everyCommand } from '#test/cli/grammar.ts';
import { program as gateway } from '../../gateway/index.ts';
import { commandLine, generatedFiles } from '../../script/lib/build-manual.ts';
import { roffLine, roffParagraph, roffText } from '../../script/lib/roff.ts';

const files = generatedFiles({ version: '9.9.9', now: new Date('2026-11-25T12:00:00Z') });
let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'sanad-manual-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string): string {
  const file = join(folder, name);
  writeFileSync(file, files[`man/${name}`] ?? '');
  return file;
}

/** As people read it, without overstrikes and line ends. */
function rendered(name: string): string {
  const text = execFileSync('mandoc', ['-Tutf8', '-O', 'width=200', written(name)], { encoding: 'utf8' });
  // oxlint-disable-next-line no-control-regex -- bold and underlined letters are written over one another
  return text.replace(/.\u0008/gu, '').replace(/\s+/g, ' ');
}

describe.each([
  ['sanad.1', commandLine],
  ['sanad-gateway.1', () => gateway],
] as const)('%s', (name, programOf) => {
  const program: Command = programOf();

  it('has nothing that mandoc warns of', () => {
    const argv = ['-Tlint', '-W', 'warning', written(name)];
    const { status, stdout, stderr } = spawnSync('mandoc', argv, { encoding: 'utf8' });
    expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
  });

  it('is ASCII, and dated', () => {
    expect(files[`man/${name}`]).toMatch(/^[\n -~]*$/);
    expect(files[`man/${name}`]).toContain('.Dd November 25, 2026');
  });

  it('has every command with its options, and its examples letter for letter', () => {
    const text = rendered(name);
    for (const command of everyCommand(program)) {
      expect(text).toContain(pathOf(command).split(' ').slice(1).join(' '));
      for (const { long } of command.options) expect(text).toContain(long);
      for (const [line] of examplesOf(command)) expect(text).toContain(line.replace(/\s+/g, ' '));
    }
  });
});

describe('text for roff', () => {
  it('cannot be read as a request, an escape or a macro', () => {
    expect(roffText(".so /etc/passwd\n'br \\fB")).toBe("\\&.so /etc/passwd\n\\&'br \\efB");
    expect(roffParagraph('One. Two e.g. Three (Four). سند')).toEqual([
      'One.',
      'Two e.g. Three (Four). \\[u0633]\\[u0646]\\[u062F]',
    ]);
    expect(roffLine('a --b')).toBe('a \\-\\-b');
  });
});

describe('completion', () => {
  it.each(['bash/sanad', 'zsh/_sanad', 'fish/sanad.fish'])('for %s is built with the pages', (place) => {
    expect(files[`completion/${place}`]).toContain('__complete');
  });
});
