import { createHash, randomBytes } from 'node:crypto';
import { deflateSync } from 'node:zlib';

/** What differs from run to run, and from machine to machine: randomness, and how well zlib compresses. */
export interface Variation {
  bytes(length: number): Buffer;
  deflate(bytes: Uint8Array): Buffer;
}

const chance: Variation = {
  bytes: randomBytes,
  deflate: (bytes) => deflateSync(bytes, { level: 9 }),
};

let current = chance;

/** Where keys, names and compressed bytes of the tests come from. */
export const vary: Variation = {
  bytes: (length) => current.bytes(length),
  deflate: (bytes) => current.deflate(bytes),
};

/** From here on everything is the same in each run: for files that everybody has to find the same. */
export function varyNothing(seed: string): void {
  let drawn = 0;
  current = {
    bytes: (length) => {
      const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, block) =>
        createHash('sha256').update(`${seed} ${drawn}.${block}`).digest(),
      );
      drawn++;
      return Buffer.concat(blocks).subarray(0, length);
    },
    // Stored, not compressed: what zlib finds to compress depends on its version and on the processor.
    deflate: (bytes) => deflateSync(bytes, { level: 0 }),
  };
}

/**
 * zlib data (RFC 1950) of zero bytes, about 1 to 160: written by hand, so that it is the same everywhere. One block
 * with the fixed codes of RFC 1951 section 3.2.6: a zero, then "258 times the byte before" as often as it takes.
 */
export function compressedZeros(length: number): Buffer {
  const repeats = Math.floor((length - 1) / 258);
  const literal = '00110000';
  const repeat = '1100010100000';
  const bits = `110${literal}${literal.repeat((length - 1) % 258)}${repeat.repeat(repeats)}0000000`;
  const data = Buffer.alloc(Math.ceil(bits.length / 8));
  for (let index = 0; index < bits.length; index++) {
    if (bits[index] === '1') data[index >> 3] = (data[index >> 3] ?? 0) | (1 << (index & 7));
  }
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE((length % 65_521) * 65_536 + 1);
  return Buffer.concat([Buffer.from([0x78, 0x01]), data, checksum]);
}
