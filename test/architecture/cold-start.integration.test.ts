import { build, type Metafile } from 'esbuild';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

const repository = join(import.meta.dirname, '../..');

async function bundle(entry: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: repository,
    entryPoints: [entry],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    outdir: 'unused',
    write: false,
    metafile: true,
    external: ['@napi-rs/keyring'],
    logLevel: 'silent',
  });
  return metafile;
}

/** Without what is imported only when it is needed. */
function loadedAtOnce({ inputs }: Metafile, entry: string): readonly string[] {
  const seen = new Set([entry]);
  for (const file of seen) {
    for (const { path, kind } of inputs[file]?.imports ?? []) if (kind !== 'dynamic-import') seen.add(path);
  }
  return [...seen];
}

describe.each(['cli/command/status.ts', 'cli/command/connect.ts'])('%s starts fast', (entry) => {
  let metafile: Metafile;
  beforeAll(async () => (metafile = await bundle(entry)));

  it('loads no HTTP and no TLS: they take longer to load than everything else together', () => {
    expect(loadedAtOnce(metafile, entry).filter((name) => /^node:(http|https|tls)$/.test(name))).toEqual([]);
  });

  it('carries what it uses of zod: `import { z }` brings the messages of all languages', () => {
    const carried = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
    const languages = carried.filter(
      ([file, { bytesInOutput }]) => file.includes('/locales/') && bytesInOutput > 0,
    );
    expect(languages.map(([file]) => file.replace(/^.*\/locales\//, ''))).toEqual(['en.js']);
  });
});
