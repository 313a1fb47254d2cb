import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const repository = join(import.meta.dirname, '../..');

/** Packages that no bundle holds: native ones, which find their files beside themselves, large ones, and typefaces. */
const roots = [
  ...['@napi-rs/keyring', 'sharp', 'pdfkit', '@cantoo/pdf-lib'],
  ...['@fontsource/noto-sans', '@expo-google-fonts/noto-nastaliq-urdu'],
];

const packageSchema = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});
const lockSchema = z.object({ packages: z.record(z.string(), packageSchema) });

/** What an installation has in `node_modules` beside the bundles: those packages and all that they need, as far as they are here. */
export function shippedPackages(): readonly string[] {
  const lock = lockSchema.parse(JSON.parse(readFileSync(join(repository, 'package-lock.json'), 'utf8')));
  const found = new Set<string>();
  const waiting = [...roots];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    // Of other platforms.
    if (found.has(name) || !existsSync(join(repository, 'node_modules', name))) continue;
    found.add(name);
    const { dependencies = {}, optionalDependencies = {} } = lock.packages[`node_modules/${name}`] ?? {};
    waiting.push(...Object.keys(dependencies), ...Object.keys(optionalDependencies));
  }
  return [...found];
}
