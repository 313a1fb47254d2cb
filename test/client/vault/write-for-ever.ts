import { createHash, randomBytes } from 'node:crypto';
import { VAULT_KEY_ACCOUNT } from '#client/vault/vault-key.ts';
import { Vault } from '#client/vault/vault.ts';
import { memoryKeychain } from '../memory-keychain.ts';

/** Run to be killed: writes contents that say whether they are whole. */
const [, , configDirectory = '', item = ''] = process.argv;
const vault = new Vault({ keychain: memoryKeychain(new Map([[VAULT_KEY_ACCOUNT, item]])), configDirectory });
for (let count = 0; ; count += 1) {
  const content = randomBytes(300_000);
  await vault.write(
    'draft',
    'office',
    Buffer.concat([createHash('sha256').update(content).digest(), content]),
  );
  if (count === 0) process.stdout.write('.');
}
