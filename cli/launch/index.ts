#!/usr/bin/env node
import { join } from 'node:path';
import { loadBundle } from './load-bundle.ts';

declare global {
  // oxlint-disable-next-line no-var -- only `var` declares a property of globalThis; script/lib/build.ts defines it
  var SANAD_BUNDLE: string | undefined;
}

/** The installed program: loads the bundle that it was built with. Built as CommonJS, whose loader is up earlier. */
const file = join(import.meta.dirname, globalThis.SANAD_BUNDLE ?? '');
// What main does not expect ends the process, as Node does with it.
void loadBundle<{ readonly main: () => Promise<void> }>(file).exports.main();
