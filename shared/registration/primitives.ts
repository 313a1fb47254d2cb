/**
 * What the gate needs from the platform, injected so that shared stays pure and every call stays synchronous.
 * Node's implementation is daemon/platform/node-primitives.ts.
 */
export interface Primitives {
  /** RFC 8032 Ed25519. False for a wrong signature and for a key that is none; never throws. */
  verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  sha256(bytes: Uint8Array): Uint8Array;
  /** RFC 1950 (zlib). Throws a RangeError beyond `maxBytes` of output, another Error for bytes that are not zlib. */
  inflate(bytes: Uint8Array, maxBytes: number): Uint8Array;
}
