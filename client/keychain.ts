/** The one service name under which all of Sanad's secrets lie in the OS keychain. */
export const KEYCHAIN_SERVICE = 'sanad';

/** What the client needs of the OS keychain. A locked or missing keychain throws; undefined is "no such item". */
export interface Keychain {
  /** About to be needed: starts what reading takes, in the background. Asks nobody anything. */
  prepare(): void;
  /**
   * The accounts that can be seen without anybody being asked anything. A locked keychain may show none, so that what
   * is not among them need not be absent.
   */
  look(): Promise<readonly string[]>;
  get(account: string): Promise<string | undefined>;
  set(account: string, secret: string): Promise<void>;
  /** Whether there was one. */
  delete(account: string): Promise<boolean>;
}

/** The system's. Loaded at its first use: most commands need no secret. */
export const systemKeychain: Keychain = {
  prepare: () => {
    // Whoever reads hears what is wrong.
    void import('./credential-store/index.ts').then(({ prepare }) => prepare(), ignore);
  },
  look: async () => {
    const { lookAtAccounts } = await import('./credential-store/index.ts');
    return await lookAtAccounts(KEYCHAIN_SERVICE);
  },
  get: async (account) => {
    const { getPassword } = await import('./credential-store/index.ts');
    return (await getPassword(KEYCHAIN_SERVICE, account)) ?? undefined;
  },
  set: async (account, secret) => {
    const { setPassword } = await import('./credential-store/index.ts');
    await setPassword(KEYCHAIN_SERVICE, account, secret);
  },
  delete: async (account) => {
    const { deletePassword } = await import('./credential-store/index.ts');
    return await deletePassword(KEYCHAIN_SERVICE, account);
  },
};

function ignore(): void {}
