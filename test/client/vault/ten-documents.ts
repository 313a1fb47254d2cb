import { randomBytes } from 'node:crypto';
import { Vault } from '#client/vault/vault.ts';
import { memoryKeychain } from '../memory-keychain.ts';

/** Run as a process of its own: its largest memory is measured. */
const [, , configDirectory = ''] = process.argv;
const vault = new Vault({ keychain: memoryKeychain(), configDirectory });
const content = randomBytes(5 * 1024 * 1024);
for (let number = 0; number < 10; number += 1) {
  content.writeUInt8(number);
  await vault.write('document', String(number), content);
}
let isSame = true;
for (let number = 0; number < 10; number += 1) {
  content.writeUInt8(number);
  const found = await vault.read('document', String(number));
  isSame &&= found?.equals(content) === true;
}
process.stdout.write(JSON.stringify({ largestKilobytes: process.resourceUsage().maxRSS, isSame }));
