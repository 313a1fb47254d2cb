import { createCredentialStore } from './credential-store.ts';

const store = createCredentialStore();

/** keytar's four calls on this session's keychain, a look that asks nobody, and a start ahead of them. */
export const { getPassword, setPassword, deletePassword, findCredentials, lookAtAccounts, prepare } = store;
