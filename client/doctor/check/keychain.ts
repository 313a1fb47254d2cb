import { DEVICE_KEY_ACCOUNT } from '../../device/device-key.ts';
import { tunnelAccount } from '../../tunnel/tunnel-store.ts';
import { findings, type Finding } from '../finding.ts';
import type { Scene } from '../scene.ts';

const finding = findings('keychain', {
  keychain_readable: { state: 'ok', reason: 'The keychain is open and holds all of Sanad’s keys.' },
  keychain_empty: {
    state: 'ok',
    reason: 'A keychain answers. Sanad keeps nothing in it yet, so whether it is locked was not looked at.',
  },
  keychain_locked_or_empty: {
    state: 'warning',
    kind: 'keychain',
    reason: 'A keychain answers, but shows none of Sanad’s keys: it is locked, or they were removed.',
    nextAction: 'Unlock it by logging in on the desktop, then run this again.',
  },
  keychain_keys_missing: {
    state: 'failed',
    kind: 'keychain',
    reason: 'The keychain no longer holds some of Sanad’s keys.',
    nextAction: 'Remove the tunnel and import its file again; without device-key, register again.',
  },
  keychain_not_needed: {
    state: 'not_checked',
    reason: 'The administrator has no tunnel here, and so no key in a keychain.',
  },
});

/** Whether the secrets are there, without asking anybody to unlock anything. */
export async function checkKeychain(scene: Scene): Promise<readonly Finding[]> {
  const { client, uid, tunnels, registrations, declarations } = scene;
  const [known, registered, stated] = await Promise.all([tunnels, registrations, declarations]);
  const deviceKey = registered.length + stated.length > 0 ? [DEVICE_KEY_ACCOUNT] : [];
  const expected = [...deviceKey, ...known.map(({ name }) => tunnelAccount(name))];
  if (uid === 0 && expected.length === 0) return [finding('keychain_not_needed')];
  return [judgeKeychain({ expected, accounts: await client.keychain.look() })];
}

interface Seen {
  /** Under which names secrets should be there. */
  readonly expected: readonly string[];
  /** Under which some can be seen. A locked keychain may show none. */
  readonly accounts: readonly string[];
}

export function judgeKeychain({ expected, accounts }: Seen): Finding {
  const missing = expected.filter((account) => !accounts.includes(account));
  if (expected.length === 0) return finding('keychain_empty');
  if (missing.length === 0) return finding('keychain_readable');
  if (accounts.length === 0) return finding('keychain_locked_or_empty');
  return finding('keychain_keys_missing', { detail: missing.join(', ') });
}
