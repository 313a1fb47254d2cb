import { build, type BuildOptions, type Plugin } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const repository = join(import.meta.dirname, '../..');

interface CommandLineBuild {
  readonly outdir: string;
  readonly define: Readonly<Record<string, string>>;
}

/**
 * `sanad` as one CommonJS file, a launcher, and the code that V8 makes of it: docs/decision/0011-start-up.md. Gives the
 * bundle's file.
 */
export async function buildCommandLine({ outdir, define }: CommandLineBuild): Promise<string> {
  const text = await bundle(define);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const name = join('chunk', `sanad-${hash}.cjs`);
  const file = resolve(outdir, name);
  mkdirSync(join(outdir, 'chunk'), { recursive: true });
  writeFileSync(file, text);
  await build({
    ...common,
    entryPoints: { sanad: 'cli/launch/index.ts' },
    format: 'cjs',
    outdir,
    outExtension: { '.js': '.cjs' },
    define: { 'globalThis.SANAD_BUNDLE': JSON.stringify(name), 'import.meta.dirname': '__dirname' },
  });
  // A process of its own: what is compiled is what a command's own process compiles.
  execFileSync(process.execPath, [join(import.meta.dirname, 'make-code-cache.ts'), file], {
    stdio: 'inherit',
  });
  return file;
}

const common = {
  absWorkingDir: repository,
  bundle: true,
  platform: 'node',
  target: 'node24',
  legalComments: 'none',
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** commander can start other programs as subcommands. Sanad's never does, and loading what that takes costs 5 ms. */
const noSubprograms: Plugin = {
  name: 'no-subprograms',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer, path }) =>
      /[/\\]node_modules[/\\]commander[/\\]/.test(importer) ? { path, namespace: 'none' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'export default {};' }));
  },
};

async function bundle(define: Readonly<Record<string, string>>): Promise<string> {
  const { outputFiles } = await build({
    ...common,
    entryPoints: ['cli/bundle.ts'],
    format: 'cjs',
    minify: true,
    // Large, with files of their own, and few commands need them.
    external: ['pdfkit', '@cantoo/pdf-lib'],
    write: false,
    // All in one text: a command loaded on demand is a function that has not been called yet.
    supported: { 'dynamic-import': false },
    define: { ...define, 'import.meta.url': 'importMetaUrl' },
    plugins: [noSubprograms],
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error('esbuild made no bundle');
  return output.text;
}
