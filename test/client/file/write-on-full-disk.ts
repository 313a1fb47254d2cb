import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { JsonFolder } from '#client/file/json-folder.ts';
import { SanadError } from '#shared/contract/problem.ts';

/** Run on a small file system of its own: fills it, writes, and tells what became of it. */
const [, , directory = ''] = process.argv;
const folder = new JsonFolder(directory, z.object({ text: z.string() }));
const codes: string[] = [];
const write = async (text: string): Promise<void> => {
  try {
    await folder.write('kept', { text });
    codes.push('written');
  } catch (error) {
    codes.push(error instanceof SanadError ? error.problem.code : String(error));
  }
};

await write('old');
const filler = join(directory, 'filler');
try {
  for (;;) writeFileSync(filler, Buffer.alloc(4096), { flag: 'a' });
} catch {
  // Full.
}
await write('n'.repeat(8192));
const kept = readFileSync(join(directory, 'kept.json'), 'utf8');
const left = readdirSync(directory).toSorted();
writeFileSync(filler, '');
await write('new');
process.stdout.write(JSON.stringify({ codes, kept: JSON.parse(kept) as unknown, left }));
