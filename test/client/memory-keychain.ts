import type { Keychain } from '#client/keychain.ts';

/** Secrets in memory, for tests of what is around the keychain. The real one has tests of its own. */
export function memoryKeychain(items: Map<string, string> = new Map()): Keychain {
  return {
    prepare: () => undefined,
    look: () => Promise.resolve([...items.keys()]),
    get: (account) => Promise.resolve(items.get(account)),
    set: (account, secret) => {
      items.set(account, secret);
      return Promise.resolve();
    },
    delete: (account) => Promise.resolve(items.delete(account)),
  };
}
