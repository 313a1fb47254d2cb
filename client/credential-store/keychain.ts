import process from 'node:process';
import { AsyncEntry, findCredentialsAsync } from '@napi-rs/keyring';
import type {
  Credential,
  CredentialFailure,
  CredentialReply,
  CredentialRequest,
  CredentialResult,
} from './child-message.ts';

interface Progress {
  /** Called as soon as the keychain's service has answered for the first time. */
  readonly reached: () => void;
}

/** Does what was asked; never throws. */
export async function answer(request: CredentialRequest, progress: Progress): Promise<CredentialReply> {
  try {
    // Opening an entry connects and opens a session, without asking anybody anything. A pinned store fails here.
    const entry = openEntry(request.service, 'account' in request ? request.account : PROOF_ACCOUNT);
    progress.reached();
    return { kind: 'done', result: await perform(request, entry) };
  } catch (error) {
    return { kind: 'failed', failure: explain(error) };
  }
}

async function perform(request: CredentialRequest, entry: AsyncEntry): Promise<CredentialResult> {
  switch (request.call) {
    case 'get':
      return await getPassword(request.service, entry);
    case 'set':
      await entry.setPassword(request.password);
      return true;
    case 'delete':
      return await deletePassword(request.service, entry);
    case 'find':
      return await findCredentials(request.service, entry);
    case 'look':
      return await lookAtAccounts(request.service);
  }
}

async function getPassword(service: string, entry: AsyncEntry): Promise<string | null> {
  const found = await entry.getPassword();
  if (found !== null) return found;
  await proveReadable(openEntry(service, PROOF_ACCOUNT));
  return await entry.getPassword();
}

async function deletePassword(service: string, entry: AsyncEntry): Promise<boolean> {
  if (await entry.deletePassword()) return true;
  await proveReadable(openEntry(service, PROOF_ACCOUNT));
  return await entry.deletePassword();
}

async function findCredentials(service: string, proof: AsyncEntry): Promise<readonly Credential[]> {
  // First, because this search reports a locked keychain as an error at best, and never asks to unlock it.
  await proveReadable(proof);
  const found = await findCredentialsAsync(service);
  return found
    .filter(({ account }) => account !== PROOF_ACCOUNT)
    .map(({ account, password }) => ({ account, password }));
}

/** This search never asks to unlock anything; a locked keychain is an error of it, or empty. */
async function lookAtAccounts(service: string): Promise<readonly string[]> {
  const found = await findCredentialsAsync(service);
  return found.map(({ account }) => account).filter((account) => account !== PROOF_ACCOUNT);
}

/** The account of an item that holds no secret and says that the keychain it lies in can be read. */
const PROOF_ACCOUNT = 'keychain-check';
const PROOF_TEXT = 'No secret. By this item Sanad tells an empty keychain from a locked one.';

/**
 * "Nothing found" is said by an empty Secret Service, by one without any keyring, and by some that are locked.
 * Only the first may be taken as "absent": an item that must be there is read, and written where it is not yet.
 */
async function proveReadable(proof: AsyncEntry): Promise<void> {
  if (process.platform !== 'linux') return;
  if ((await proof.getPassword()) === null) await proof.setPassword(PROOF_TEXT);
}

/** Pinned: left to itself the library falls back to the kernel's keyring, which is empty after a reboot. */
function openEntry(service: string, account: string): AsyncEntry {
  return new AsyncEntry(service, account, { linux: { store: 'secret-service' } });
}

/**
 * The library gives one code for everything, so its words have to do; the integration tests hold each of these
 * against the pinned version.
 */
function explain(error: unknown): CredentialFailure {
  const cause = error instanceof Error ? error.message : String(error);
  if (/prompt (?:was )?dismissed/i.test(cause)) {
    // Where no prompt can be shown, the service reports one that nobody ever saw.
    return { code: hasScreen() ? 'keychain_prompt_dismissed' : 'keychain_locked', cause };
  }
  if (/object locked|IsLocked/i.test(cause)) return { code: 'keychain_locked', cause };
  // The library waits two seconds for each call on the bus, but for a prompt without end.
  if (/did not receive a reply/i.test(cause)) return { code: 'keychain_silent', cause };
  if (/ambiguous|multiple|UTF-?8|encoding/i.test(cause)) return { code: 'keychain_item_unreadable', cause };
  return { code: 'keychain_unavailable', cause };
}

function hasScreen(): boolean {
  if (process.platform !== 'linux') return true;
  return process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined;
}
