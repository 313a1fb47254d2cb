import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { reportText } from '#shared/report/text/index.ts';

const repository = join(import.meta.dirname, '../..');
const FONT = 'noto-nastaliq-urdu-arabic-wght-normal.woff2';

/** The page that checks reports, as one file that loads nothing: program, style and the Urdu typeface are in it. */
export async function buildVerifier(outfile: string): Promise<void> {
  const script = await program();
  const style = urduFace() + readFileSync(join(repository, 'verifier/style.css'), 'utf8');
  mkdirSync(dirname(outfile), { recursive: true });
  writeFileSync(outfile, page({ script, style }));
}

async function program(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: repository,
    entryPoints: ['verifier/index.ts'],
    bundle: true,
    write: false,
    minify: true,
    charset: 'utf8',
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'inline',
    logLevel: 'warning',
  });
  const text = outputFiles[0]?.text;
  if (text === undefined) throw new Error('esbuild made no page');
  // It stands inside an element of that name.
  return text.replaceAll('</script', '<\\/script');
}

function urduFace(): string {
  const file = join(repository, 'node_modules/@fontsource-variable/noto-nastaliq-urdu/files', FONT);
  const data = readFileSync(file).toString('base64');
  return `/* Noto Nastaliq Urdu, Copyright The Noto Project Authors, SIL Open Font License 1.1 */
@font-face{font-family:"Sanad Urdu";font-weight:400 700;unicode-range:U+0600-06FF,U+0750-077F,U+200C-200F,U+FB50-FDFF,U+FE70-FEFC;src:url("data:font/woff2;base64,${data}") format("woff2")}\n`;
}

/** Nothing is fetched, sent, framed or navigated to; only this program and this style count, by their hashes. */
function page({ script, style }: { readonly script: string; readonly style: string }): string {
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    'font-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width">
<title>${reportText.en.page_title}</title>
<style>${style}</style>
</head>
<body>
<main id="page"></main>
<noscript><p>${reportText.en.page_no_script}</p><p lang="ur" dir="rtl">${reportText.ur.page_no_script}</p></noscript>
<script>${script}</script>
</body>
</html>
`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
