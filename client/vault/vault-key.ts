import { createHmac, createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import * as z from 'zod';
import { vaultError } from './vault-problem.ts';

/** Under which the keychain holds it. */
export const VAULT_KEY_ACCOUNT = 'vault-key';

const KEY_BYTES = 32;
const itemSchema = z.strictObject({ ver: z.literal(1), key: z.string().regex(/^[A-Za-z0-9_-]{43}$/) });

/** What is derived from the one secret in the keychain (RFC 5869), each for one purpose. */
export interface VaultKey {
  readonly sealing: KeyObject;
  /** Names files, so that their names say nothing. */
  readonly naming: KeyObject;
  /** Tells, without the key, which key a file was sealed with. */
  readonly id: Buffer;
}

/** A new secret, as the keychain keeps it. */
export function newVaultKeyItem(): string {
  return JSON.stringify({ ver: 1, key: randomBytes(KEY_BYTES).toString('base64url') });
}

export function parseVaultKeyItem(text: string): VaultKey {
  const secret = secretIn(text);
  const derive = (purpose: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, '', `sanad vault v1 ${purpose}`, bytes));
  return {
    sealing: createSecretKey(derive('sealing', KEY_BYTES)),
    naming: createSecretKey(derive('naming', KEY_BYTES)),
    id: derive('identifier', 8),
  };
}

/** The name of a file on the disk: always the same for the same kind and name, and telling neither. */
export function fileIdOf(key: VaultKey, kind: string, name: string): string {
  return createHmac('sha256', key.naming).update(`${kind}\0${name}`).digest('hex').slice(0, 40);
}

function secretIn(text: string): Buffer {
  try {
    return Buffer.from(itemSchema.parse(JSON.parse(text)).key, 'base64url');
  } catch {
    // Without the cause: what could not be parsed may be a secret.
    throw vaultError('vault_key_unreadable');
  }
}
