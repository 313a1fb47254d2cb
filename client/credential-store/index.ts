import { createCredentialStore } from './credential-store.ts';

const store = createCredentialStore();

/** keytar's four calls on this session's keychain. */
export const { getPassword, setPassword, deletePassword, findCredentials } = store;
