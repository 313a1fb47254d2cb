const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const NOT_IN_ALPHABET = 64;
const values = new Uint8Array(256).fill(NOT_IN_ALPHABET);
for (let value = 0; value < alphabet.length; value++) values[alphabet.charCodeAt(value)] = value;

/**
 * RFC 4648 section 5 without padding, canonical: section 3.5 lets a decoder refuse set trailing bits, and so it
 * does, so that one value has one spelling. Undefined for anything else. Written out because Node's own decoder
 * skips what it does not know; as fast as the gate needs (a 440 KB status list in about 1 ms).
 */
export function decodeBase64Url(text: string): Uint8Array | undefined {
  const { length } = text;
  const rest = length % 4;
  if (rest === 1) return undefined;
  const bytes = new Uint8Array((length * 3) >> 2);
  let seen = 0;
  let accumulated = 0;
  let written = 0;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    // A bad character sets bit 6 in `seen`: one branch after the loop instead of one in it.
    const value = code < 256 ? (values[code] ?? NOT_IN_ALPHABET) : NOT_IN_ALPHABET;
    seen |= value;
    accumulated = (accumulated << 6) | value;
    const position = index & 3;
    if (position !== 0) bytes[written++] = accumulated >> (6 - 2 * position);
  }
  if ((seen & NOT_IN_ALPHABET) !== 0) return undefined;
  const trailingBits = rest === 2 ? 0b1111 : rest === 3 ? 0b11 : 0;
  return (accumulated & trailingBits) === 0 ? bytes : undefined;
}

/** RFC 4648 section 5 without padding. For keys and hashes: nothing long is encoded here. */
export function encodeBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(index, index + 3);
    const group = (first << 16) | (second << 8) | third;
    const digits = Math.min(4, bytes.length - index + 1);
    for (let digit = 0; digit < digits; digit++) text += alphabet.charAt((group >> (18 - 6 * digit)) & 63);
  }
  return text;
}
