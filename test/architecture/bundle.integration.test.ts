import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const repository = join(import.meta.dirname, '../..');

/** Every file that a process's bundle is made of. */
async function inputsOf(entry: string): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: repository,
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    platform: 'node',
    outdir: 'unused',
    write: false,
    metafile: true,
    external: ['@napi-rs/keyring', 'sharp'],
    logLevel: 'silent',
  });
  return Object.keys(metafile.inputs);
}

const packagesIn = (inputs: readonly string[]): readonly string[] => {
  const names = inputs.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);
  return [...new Set(names)].sort();
};

describe('what a process is made of', () => {
  it.each(['daemon/index.ts', 'fetch/index.ts'])(
    '%s carries zod and ipaddr.js and nothing else',
    async (entry) => {
      const allowed = new Set(['ipaddr.js', 'zod']);
      expect(packagesIn(await inputsOf(entry)).filter((name) => !allowed.has(name))).toEqual([]);
    },
  );

  it('the daemon carries no code of another process', async () => {
    const own = /^(daemon|shared|node_modules)\//;
    expect((await inputsOf('daemon/index.ts')).filter((file) => !own.test(file))).toEqual([]);
  });

  it('the issuer carries no HTTP server', async () => {
    const packages = packagesIn(await inputsOf('gateway/issuer/index.ts'));
    expect(packages).not.toContain('fastify');
    expect(packages).not.toContain('http-message-sig');
  });

  it.each([
    'cli/index.ts',
    'client/credential-store/child.ts',
    'client/document/workshop/child.ts',
    'gateway/index.ts',
  ])('%s carries no test', async (entry) => {
    expect((await inputsOf(entry)).filter((file) => file.startsWith('test/'))).toEqual([]);
  });

  it.skipIf(!existsSync(join(repository, 'dist')))(
    'what script/build has made can be parsed, file by file',
    () => {
      const files = readdirSync(join(repository, 'dist'), { recursive: true, withFileTypes: true })
        .filter(({ name }) => name.endsWith('.mjs'))
        .map(({ parentPath, name }) => join(parentPath, name));
      expect(files.length).toBeGreaterThan(5);
      for (const file of files) expect(() => execFileSync(process.execPath, ['--check', file])).not.toThrow();
    },
  );
});
