import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCredentialStore } from '#client/credential-store/credential-store.ts';
import { KEYCHAIN_SERVICE, type Keychain } from '#client/keychain.ts';
import { startSecretService, type SecretService } from './credential-store/secret-service.ts';

export interface SessionKeychain {
  readonly keychain: Keychain;
  readonly service: SecretService;
  close(): Promise<void>;
}

/** A real Secret Service in a session of its own, as the client sees one. */
export async function startSessionKeychain(): Promise<SessionKeychain> {
  const home = mkdtempSync(join(tmpdir(), 'sanad-home-'));
  const service = await startSecretService({ home });
  const store = createCredentialStore({ environment: { ...service.environment } });
  const keychain: Keychain = {
    prepare: () => store.prepare(),
    look: () => store.lookAtAccounts(KEYCHAIN_SERVICE),
    get: async (account) => (await store.getPassword(KEYCHAIN_SERVICE, account)) ?? undefined,
    set: (account, secret) => store.setPassword(KEYCHAIN_SERVICE, account, secret),
    delete: (account) => store.deletePassword(KEYCHAIN_SERVICE, account),
  };
  const close = async (): Promise<void> => {
    store.close();
    await service.stop();
    rmSync(home, { recursive: true, force: true });
  };
  return { keychain, service, close };
}
