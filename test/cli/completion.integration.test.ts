import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { namesFor } from '#cli/completion/names.ts';
import { buildCommandLine } from '../../script/lib/build-command-line.ts';

/** What a file that somebody sent may be called, and with it a tunnel. */
const HOSTILE = 'zz$(touch pwned) `touch pwned`;touch pwned "\'';
const TUNNELS = ['office', 'my office', 'دفتر', HOSTILE];

let home: string;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'sanad-shell-'));
  const folder = join(home, '.config/sanad/tunnel');
  mkdirSync(folder, { recursive: true });
  for (const name of [...TUNNELS, '.hidden', 'two\nlines']) writeFileSync(join(folder, `${name}.json`), '{}');
  mkdirSync(join(home, 'bin'));
  const outdir = join(home, 'built');
  await buildCommandLine({ outdir, define: {} });
  const program = `#!/bin/sh\nexec '${process.execPath}' '${outdir}/sanad.cjs' "$@"\n`;
  writeFileSync(join(home, 'bin/sanad'), program, { mode: 0o755 });
  environment = {
    HOME: home,
    PATH: `${join(home, 'bin')}:/usr/bin:/bin`,
    LANG: 'C.UTF-8',
    TERM: 'xterm',
    NODE_NO_WARNINGS: '1',
  };
  for (const shell of ['bash', 'zsh', 'fish']) {
    writeFileSync(join(home, shell), execFileSync('sanad', ['completion', shell], { env: environment }));
  }
  for (const name of ['a file.conf', 'other.txt']) writeFileSync(join(home, name), '');
});
afterAll(() => rmSync(home, { recursive: true }));

const run = (file: string, words: readonly string[]): string =>
  execFileSync(file, words, { env: environment, cwd: home, encoding: 'utf8' });

/** What bash is offered: its own function in a bash of its own. */
function bash(...typed: readonly string[]): readonly string[] {
  const words = ['sanad', ...typed].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const program = `compopt() { COMPREPLY+=("compopt $*"); }; source ./bash
    COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _sanad; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return lines(run('bash', ['--norc', '-c', program]));
}

/** What zsh is offered at the Tab key, in an interactive zsh on a pseudo-terminal. */
function zsh(...typed: readonly string[]): readonly string[] {
  const setup = `
    PROMPT= ; autoload -U compinit; compinit -u -d ./zcompdump; source ./zsh
    compadd() { local -a hits; builtin compadd -O hits "$@"; print -rl -- $hits >> ./hits; builtin compadd "$@" }
    done-completing() { print -r -- END >> ./hits }
    comppostfuncs=(done-completing); print -r -- READY`;
  writeFileSync(join(home, 'setup'), setup);
  rmSync(join(home, 'hits'), { force: true });
  const program = `
    zmodload zsh/zpty zsh/zselect; zpty z zsh -f -i
    zpty -w z 'source ./setup'; zpty -r z line '*READY*'
    zpty -w -n z $1$'\\t'
    repeat 3000; do [[ -f hits ]] && grep -q END hits && break; zselect -t 2; done; zpty -d z`;
  run('zsh', ['-f', '-c', program, 'zsh', ['sanad', ...typed].join(' ')]);
  // _describe offers a word once for itself and once with its description.
  return [...new Set(lines(readFileSync(join(home, 'hits'), 'utf8')))].filter((line) => line !== 'END');
}

/** What fish offers: word and description by a tab. */
function fish(...typed: readonly string[]): readonly string[] {
  const line = ['sanad', ...typed].join(' ');
  const offered = lines(run('fish', ['--no-config', '-c', `source ./fish; complete -C $argv[1]`, line]));
  return offered.map((one) => one.split('\t')[0] ?? '');
}

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

describe.each([
  ['bash', bash],
  ['zsh', zsh],
  ['fish', fish],
] as const)('completion in %s', (shell, offered) => {
  it('offers commands, and those below them', () => {
    expect(offered('con')).toEqual(['connect']);
    expect(offered('registration', '')).toContain('show');
    expect(offered('user', 'e')).toEqual(['enable']);
    expect(offered('help', 'reg')).toEqual(expect.arrayContaining(['register', 'registration']));
    expect(offered('').filter((word) => word.startsWith('_'))).toEqual([]);
  });

  it('offers the options of the command that is typed, and not those of another', () => {
    expect(offered('register', 'office', '--w')).toEqual(['--wait']);
    expect(offered('list', '--w')).toEqual([]);
  });

  it('offers tunnels as the argument, once', () => {
    expect(offered('connect', 'off')).toEqual(['office']);
    expect(offered('show', 'دف')).toEqual(['دفتر']);
    expect(offered('connect', 'office', 'off')).toEqual([]);
    expect(offered('registration', 'show', 'off')).toEqual(['office']);
  });

  it('knows that the word after an option is its value', () => {
    expect(offered('register', '--profile', 'show', 'off')).toEqual(['office']);
    expect(offered('import', '--name', 'off')).toEqual([]);
  });

  it('offers files where a file is meant', () => {
    const found = offered('import', shell === 'fish' ? 'a' : 'oth');
    expect(found.join('\n')).toMatch(shell === 'bash' ? /compopt -o default/ : /a file\.conf|other\.txt/);
  });

  it('offers the shells that there is completion for', () => {
    expect(offered('completion', 'z')).toEqual(['zsh']);
  });

  it('offers a name full of commands without running any', () => {
    const all = offered('connect', '');
    expect(all).toHaveLength(TUNNELS.length);
    expect(all.join('\n')).toContain('touch');
    expect(existsSync(join(home, 'pwned'))).toBe(false);
  });
});

describe('a hostile name on a bash command line', () => {
  it('is inserted so that bash takes it as one word, and runs nothing of it', async () => {
    const child = spawn('script', ['-qec', 'bash --norc --noprofile -i', '/dev/null'], {
      env: environment,
      cwd: home,
    });
    let seen = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (seen += text));
    const until = (pattern: RegExp) => vi.waitFor(() => expect(seen).toMatch(pattern), { timeout: 30_000 });
    child.stdin.write("source ./bash; sanad() { printf '<%s>' \"$@\"; echo; }; PS1='READY''> '\n");
    await until(/READY> $/);
    child.stdin.write('sanad show zz\t');
    await until(/touch/);
    child.stdin.write('\n');
    await until(/<show></);
    child.stdin.write('exit\n');
    await new Promise((resolve) => child.on('close', resolve));
    expect(seen).toContain(`<show><${HOSTILE}>`);
    expect(existsSync(join(home, 'pwned'))).toBe(false);
  });
});

describe('names for completion', () => {
  const places = () => ({
    configDirectory: join(home, '.config/sanad'),
    anchorDirectory: join(home, 'anchor.d'),
  });

  it('are those of tunnels alone, one a line whatever lies in the folder', () => {
    expect(new Set(namesFor('tunnels', places()))).toEqual(new Set(TUNNELS));
  });

  it('are none where there is no folder, and of what nobody knows', () => {
    expect(namesFor('gateways', places())).toEqual([]);
    expect(namesFor('secrets', places())).toEqual([]);
    expect(namesFor(undefined, places())).toEqual([]);
  });

  it('come without keychain, service and grammar: only names of files are read', () => {
    const hook = join(home, 'loaded.cjs');
    writeFileSync(hook, "process.on('exit', () => console.error(process.moduleLoadList.join()));");
    const options = ['--require', hook, join(home, 'built/sanad.cjs'), '__complete', 'tunnels'];
    const { HOME, PATH } = environment;
    const env = { HOME, PATH, NODE_NO_WARNINGS: '1' };
    const child = `const { spawnSync } = require('node:child_process');
      process.stdout.write(spawnSync(process.execPath, ${JSON.stringify(options)}, { encoding: 'utf8' }).stderr)`;
    const loaded = execFileSync(process.execPath, ['-e', child], { env, encoding: 'utf8' });
    expect(loaded).not.toMatch(/NativeModule (net|child_process|crypto)(,|$)/);
  });
});
