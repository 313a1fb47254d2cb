import type { KeyObject } from 'node:crypto';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import type { Primitives } from '#shared/registration/primitives.ts';

// RFC 8410 section 4: SubjectPublicKeyInfo of an Ed25519 key is these bytes and then the key's 32.
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');
/** Device keys come from callers, so the cache is bounded; gateways have a handful. */
const MAX_CACHED_KEYS = 64;
const keys = new Map<string, KeyObject>();

/** Primitives on Node: OpenSSL and zlib, synchronous. */
export const nodePrimitives: Primitives = {
  verifyEd25519(publicKey, message, signature) {
    if (publicKey.length !== 32 || signature.length !== 64) return false;
    return verify(null, message, keyObject(publicKey), signature);
  },
  sha256: (bytes) => createHash('sha256').update(bytes).digest(),
  inflate: (bytes, maxBytes) => inflateSync(bytes, { maxOutputLength: maxBytes }),
};

/** Making a KeyObject costs about as much as a verification. */
function keyObject(publicKey: Uint8Array): KeyObject {
  const name = Buffer.from(publicKey).toString('base64');
  const cached = keys.get(name);
  if (cached !== undefined) return cached;
  const made = createPublicKey({ key: Buffer.concat([spkiPrefix, publicKey]), format: 'der', type: 'spki' });
  if (keys.size >= MAX_CACHED_KEYS) keys.clear();
  keys.set(name, made);
  return made;
}
