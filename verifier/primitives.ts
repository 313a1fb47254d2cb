import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { Unzlib } from 'fflate';
import type { Primitives } from '#shared/registration/primitives.ts';

/** So much is inflated at a time that the next look at the limit is never a megabyte late. */
const STEP = 1024;

/** What shared/registration needs from the platform, in a browser. WebCrypto would answer later; the gate asks now. */
export const browserPrimitives: Primitives = {
  verifyEd25519(publicKey, message, signature) {
    try {
      // RFC 8032 to the letter, not the laxer rules of ZIP 215.
      return ed25519.verify(signature, message, publicKey, { zip215: false });
    } catch {
      // Not a key: then it is not its signature either.
      return false;
    }
  },
  sha256: (bytes) => sha256(bytes),
  inflate(bytes, maxBytes) {
    const pieces: Uint8Array[] = [];
    let size = 0;
    const stream = new Unzlib((piece) => {
      size += piece.length;
      if (size > maxBytes) throw new RangeError('more than allowed');
      pieces.push(piece);
    });
    for (let at = 0; at < bytes.length; at += STEP) {
      stream.push(bytes.subarray(at, at + STEP), at + STEP >= bytes.length);
    }
    return joined(pieces, size);
  },
};

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
