import { createCredentialStore } from '#client/credential-store/credential-store.ts';

/** A program that waits for the keychain: says its child's id and asks for an item. */
const store = createCredentialStore({
  started: (processId) => process.stdout.write(`${processId}\n`),
});
await store.getPassword('sanad', 'device-key').catch(() => undefined);
