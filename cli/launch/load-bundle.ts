import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';

interface LoadedBundle<Exports> {
  readonly exports: Exports;
  readonly script: Script;
}

/**
 * Runs a bundle with the code that V8 made of it when it was built, which takes half the time of compiling it anew.
 * That code is as trusted as the bundle: it lies beside it, is installed with it, and nobody writes it at run time.
 * Its name holds the hash of the bundle's text, because V8 itself compares nothing of a text but its length.
 */
export function loadBundle<Exports>(filename: string): LoadedBundle<Exports> {
  // esbuild writes ASCII: one byte a character is the fastest to read.
  const source = readFileSync(filename, 'latin1');
  const cache = cacheOf(filename);
  // Another version or other flags of V8: it is rejected, and the text is compiled.
  const cachedData = existsSync(cache) ? readFileSync(cache) : undefined;
  const text = `(function (exports, require, module, __filename, __dirname, importMetaUrl) {${source}\n})`;
  const script = new Script(text, { filename, ...(cachedData === undefined ? {} : { cachedData }) });
  const module = { exports: {} };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the text above is this function
  const run = script.runInThisContext() as (...words: readonly unknown[]) => void;
  run(
    module.exports,
    createRequire(filename),
    module,
    filename,
    dirname(filename),
    pathToFileURL(filename).href,
  );
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the caller names the bundle, and so its exports
  return { exports: module.exports as Exports, script };
}

export function cacheOf(filename: string): string {
  return `${filename}.cache`;
}
