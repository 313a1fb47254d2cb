import { build } from 'esbuild';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { viewerFiles } from '#gateway/http/api-viewer.ts';
import { buildCommandLine } from './build-command-line.ts';
import { buildManual } from './build-manual.ts';
import { buildVerifier } from './build-verifier.ts';

/** One bundle a process, and `sanad` below; the names are those of the installed programs. */
const entries = {
  'credential-child': 'client/credential-store/child.ts',
  'workshop-child': 'client/document/workshop/child.ts',
  'picture-child': 'client/dossier/picture/child.ts',
  sanadd: 'daemon/index.ts',
  'sanad-fetch': 'fetch/index.ts',
  'sanad-gateway': 'gateway/index.ts',
  'sanad-issuer': 'gateway/issuer/index.ts',
};

/** For script/bench: run as a user of the lab, who cannot read the repository; bundled as the daemon is. */
const benchDrivers = {
  'bench-driver': 'test/bench/driver.ts',
  'bench-verify': 'test/bench/verify-driver.ts',
  'bench-dossier': 'test/bench/dossier-driver.ts',
  'bench-report': 'test/bench/report-driver.ts',
};
const benchEntries = process.argv.includes('--bench') ? benchDrivers : {};

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };

const define = {
  'globalThis.SANAD_VERSION': JSON.stringify(version),
  // The clock floor of a machine that has never seen a signed time.
  'globalThis.SANAD_BUILD_TIME': String(Math.floor(Date.now() / 1000)),
};

rmSync('dist', { recursive: true, force: true });
// The gateway serves these as they are.
for (const file of viewerFiles) {
  cpSync(`node_modules/@fastify/swagger-ui/static/${file}`, `dist/api-viewer/${file}`);
}
// Urdu, stamped on copies (drawn, so a TTF) and printed (on pages, so a WOFF2): a machine need not have the typeface.
const drawn = 'node_modules/@expo-google-fonts/noto-nastaliq-urdu';
cpSync(`${drawn}/400Regular/NotoNastaliqUrdu_400Regular.ttf`, 'dist/font/NotoNastaliqUrdu_400Regular.ttf');
cpSync(`${drawn}/LICENSE_FONT`, 'dist/font/LICENSE');
cpSync('client/document/workshop/fonts.conf', 'dist/font/fonts.conf');
const printed = 'noto-nastaliq-urdu-arabic-wght-normal.woff2';
cpSync(`node_modules/@fontsource-variable/noto-nastaliq-urdu/files/${printed}`, `dist/font/${printed}`);
await build({
  entryPoints: { ...entries, ...benchEntries },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  // The gateway loads its subcommands when asked for: one shared chunk each, not one large file.
  splitting: true,
  chunkNames: 'chunk/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  legalComments: 'none',
  // Native addons find their own files beside themselves, and so does pdfkit.
  external: ['@napi-rs/keyring', 'sharp', 'pdfkit'],
  // CommonJS packages inside an ES module bundle still ask for require().
  banner: {
    js: "import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire(import.meta.url);",
  },
  define,
  logLevel: 'warning',
});
await buildCommandLine({ outdir: 'dist', define });
buildManual('dist', { version, now: new Date() });
await buildVerifier('dist/report-verifier.html');
