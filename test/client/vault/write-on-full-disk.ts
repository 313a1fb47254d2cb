import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SanadError } from '#shared/contract/problem.ts';
import { Vault } from '#client/vault/vault.ts';
import { memoryKeychain } from '../memory-keychain.ts';

/** Run on a small file system of its own: fills it more and more, writes, and tells what became of it. */
const [, , configDirectory = ''] = process.argv;
const vault = new Vault({ keychain: memoryKeychain(), configDirectory });
const codes: string[] = [];
const kept: (string | undefined)[] = [];
const write = async (name: string, content: string): Promise<void> => {
  try {
    await vault.write('draft', name, Buffer.from(content));
    codes.push('written');
  } catch (error) {
    codes.push(error instanceof SanadError ? error.problem.code : String(error));
    kept.push((await vault.read('draft', 'office'))?.toString());
  }
};

await write('office', 'old');
const filler = join(configDirectory, 'filler');
const fill = (bytes: number): void => {
  try {
    for (;;) writeFileSync(filler, Buffer.alloc(bytes), { flag: 'a' });
  } catch {
    // Full.
  }
};
fill(4096);
await write('office', 'n'.repeat(8192));
await write('other', 'x');
fill(1);
await write('office', 'y');
writeFileSync(filler, '');
await write('office', 'new');
const names = readdirSync(configDirectory, { recursive: true, encoding: 'utf8' });
process.stdout.write(JSON.stringify({ codes, kept, half: names.filter((name) => name.endsWith('.new')) }));
