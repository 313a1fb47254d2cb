import { createHash, createPublicKey, verify } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import type { Primitives } from '#shared/registration/primitives.ts';

/** What shared/registration needs from the platform. The client hashes; verifying is the service's. */
export const nodePrimitives: Primitives = {
  verifyEd25519(publicKey, message, signature) {
    const x = Buffer.from(publicKey).toString('base64url');
    try {
      const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
      return verify(null, message, key, signature);
    } catch {
      // Not a key: then it is not its signature either.
      return false;
    }
  },
  sha256: (bytes) => createHash('sha256').update(bytes).digest(),
  inflate: (bytes, maxBytes) => inflateSync(bytes, { maxOutputLength: maxBytes }),
};
