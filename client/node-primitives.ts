import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import type { Primitives } from '#shared/registration/primitives.ts';

/** What shared/registration needs from the platform. The client hashes; verifying is the service's. */
export const nodePrimitives: Primitives = {
  verifyEd25519(publicKey, message, signature) {
    try {
      return verify(null, message, keyObject(publicKey), signature);
    } catch {
      // Not a key: then it is not its signature either.
      return false;
    }
  },
  sha256: (bytes) => createHash('sha256').update(bytes).digest(),
  inflate: (bytes, maxBytes) => inflateSync(bytes, { maxOutputLength: maxBytes }),
};

/** A report of thousands of certificates is signed by few keys, and making one ready takes a third of a verification. */
const ready = new Map<string, KeyObject>();
const MAX_READY = 64;

function keyObject(publicKey: Uint8Array): KeyObject {
  const x = Buffer.from(publicKey).toString('base64url');
  const known = ready.get(x);
  if (known !== undefined) return known;
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  if (ready.size >= MAX_READY) ready.clear();
  ready.set(x, key);
  return key;
}
