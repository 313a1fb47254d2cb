import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheOf } from '#cli/launch/load-bundle.ts';
import { buildCommandLine } from '../../script/lib/build-command-line.ts';

let outdir: string;
let bundle: string;
let home: string;

beforeAll(async () => {
  outdir = mkdtempSync(join(tmpdir(), 'sanad-built-'));
  home = mkdtempSync(join(tmpdir(), 'sanad-home-'));
  bundle = await buildCommandLine({ outdir, define: { 'globalThis.SANAD_VERSION': '"9.9.9"' } });
});
afterAll(() => {
  for (const folder of [outdir, home]) rmSync(folder, { recursive: true });
});

function sanad(words: readonly string[], ...flags: readonly string[]) {
  const argv = [...flags, join(outdir, 'sanad.cjs'), ...words];
  const env = { HOME: home, PATH: process.env['PATH'] ?? '', NODE_NO_WARNINGS: '1' };
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { env, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

/** In a process of its own: whether V8 took the code that lies beside the bundle. */
function isCacheTaken(): boolean {
  const loader = JSON.stringify(join(import.meta.dirname, '../../cli/launch/load-bundle.ts'));
  const program = `import { loadBundle } from ${loader};
    console.log(loadBundle(${JSON.stringify(bundle)}).script.cachedDataRejected);`;
  const argv = ['--input-type=module', '-e', program];
  return execFileSync(process.execPath, argv, { encoding: 'utf8' }).trim() === 'false';
}

describe('the built command line', () => {
  it('runs the code that was compiled when it was built, and does what the sources do', () => {
    expect(isCacheTaken()).toBe(true);
    expect(sanad(['--version'])).toEqual({ code: 0, stdout: '9.9.9\n', stderr: '' });
    expect(sanad(['list', '--json'])).toMatchObject({ code: 0, stdout: '{"ok":true,"tunnels":[]}\n' });
    expect(sanad(['status', '--json']).code).toBe(3);
  });

  it('for `status` loads nothing that takes long: no keychain, HTTP, TLS, crypto, readline, child process', () => {
    const hook = join(home, 'modules.cjs');
    writeFileSync(hook, "process.on('exit', () => console.error(JSON.stringify(process.moduleLoadList)));");
    const { stderr } = sanad(['status'], '--require', hook);
    const loaded = (JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as readonly string[])
      .map((line) => line.replace('NativeModule ', ''))
      .filter((name) => /^(child_process|crypto|http|https|http2|tls|readline|zlib|dns)$/.test(name));
    expect(loaded).toEqual([]);
  });

  it('compiles nothing for schemas that are used once', () => {
    const hook = join(home, 'compiled.cjs');
    const watch = `construct: (target, words) => (console.error('COMPILED'), new target(...words))`;
    writeFileSync(hook, `globalThis.Function = new Proxy(Function, { ${watch} });`);
    const folder = join(home, '.config/sanad/tunnel');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'office.json'), '{}');
    const { code, stderr } = sanad(['list', '--json'], '--require', hook);
    rmSync(folder, { recursive: true });
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });

  it('writes nothing where it is installed', () => {
    const before = readdirSync(join(outdir, 'chunk'));
    sanad(['status']);
    expect(readdirSync(join(outdir, 'chunk'))).toEqual(before);
  });

  it('has the hash of its text in its name: code of another text is never taken for its own', () => {
    expect(bundle).toMatch(/sanad-[0-9a-f]{16}\.cjs$/);
    expect(readFileSync(join(outdir, 'sanad.cjs'), 'utf8')).toContain(bundle.slice(outdir.length + 1));
  });

  it.each([
    ['is missing', () => rmSync(cacheOf(bundle))],
    ['is cut off', () => writeFileSync(cacheOf(bundle), readFileSync(cacheOf(bundle)).subarray(0, 1000))],
    ['is of another version', () => writeFileSync(cacheOf(bundle), Buffer.alloc(1000, 1))],
  ])('works where the compiled code %s', (_, spoil) => {
    const whole = readFileSync(cacheOf(bundle));
    spoil();
    expect(sanad(['list'])).toMatchObject({ code: 0, stderr: '' });
    writeFileSync(cacheOf(bundle), whole);
  });
});
