import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { VaultKey } from './vault-key.ts';
import { vaultError } from './vault-problem.ts';

/**
 * A sealed file: 6 bytes "SANADV", 1 byte version, 8 bytes of the key's identifier, 12 bytes of nonce, the ciphertext,
 * 16 bytes of tag. AES-256-GCM (NIST SP 800-38D) with a random nonce a file, good for 2^32 files under one key (section 8.3);
 * authenticated with it are the header and the file's place, so that no file opens in another's stead.
 */
const MAGIC = Buffer.from('SANADV', 'latin1');
const VERSION = 1;
const KEY_ID_AT = MAGIC.length + 1;
const NONCE_AT = KEY_ID_AT + 8;
const CONTENT_AT = NONCE_AT + 12;
const TAG_BYTES = 16;
const ALGORITHM = 'aes-256-gcm';

/** What every sealed file is longer by than what it holds. */
export const SEALED_OVERHEAD_BYTES = CONTENT_AT + TAG_BYTES;

/** `place`: the kind and the file's identifier, as they stand in its path. */
export function sealFile(key: VaultKey, content: Uint8Array, place: string): Buffer {
  const sealed = Buffer.allocUnsafe(content.length + SEALED_OVERHEAD_BYTES);
  MAGIC.copy(sealed);
  sealed[MAGIC.length] = VERSION;
  key.id.copy(sealed, KEY_ID_AT);
  randomBytes(CONTENT_AT - NONCE_AT).copy(sealed, NONCE_AT);
  const cipher = createCipheriv(ALGORITHM, key.sealing, sealed.subarray(NONCE_AT, CONTENT_AT), {
    authTagLength: TAG_BYTES,
  });
  cipher.setAAD(associated(sealed, place));
  cipher.update(content).copy(sealed, CONTENT_AT);
  cipher.final();
  cipher.getAuthTag().copy(sealed, sealed.length - TAG_BYTES);
  return sealed;
}

/** Throws `vault_key_missing` where another key has sealed it, `vault_file_damaged` where it is torn, altered or moved. */
export function openFile(key: VaultKey, sealed: Buffer, place: string): Buffer {
  requireOurs(key, sealed);
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(ALGORITHM, key.sealing, sealed.subarray(NONCE_AT, CONTENT_AT), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(associated(sealed, place));
  decipher.setAuthTag(sealed.subarray(end));
  const content = decipher.update(sealed.subarray(CONTENT_AT, end));
  try {
    decipher.final();
  } catch {
    throw vaultError('vault_file_damaged');
  }
  return content;
}

function requireOurs(key: VaultKey, sealed: Buffer): void {
  const isSealed = sealed.length >= SEALED_OVERHEAD_BYTES && sealed.subarray(0, MAGIC.length).equals(MAGIC);
  if (!isSealed) throw vaultError('vault_file_damaged');
  const version = sealed[MAGIC.length] ?? 0;
  if (version > VERSION) throw vaultError('vault_file_newer');
  if (version !== VERSION) throw vaultError('vault_file_damaged');
  if (!sealed.subarray(KEY_ID_AT, NONCE_AT).equals(key.id)) throw vaultError('vault_key_missing');
}

function associated(sealed: Buffer, place: string): Buffer {
  return Buffer.concat([sealed.subarray(0, NONCE_AT), Buffer.from(`\0${place}`)]);
}
