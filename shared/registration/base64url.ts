const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const NOT_IN_ALPHABET = 64;
const encoder = new TextEncoder();
const values = new Uint8Array(256).fill(NOT_IN_ALPHABET);
for (let value = 0; value < alphabet.length; value++) values[alphabet.charCodeAt(value)] = value;

/**
 * RFC 4648 section 5 without padding, canonical: section 3.5 lets a decoder refuse set trailing bits, and so it
 * does, so that one value has one spelling. Undefined for anything else. Written out because Node's own decoder
 * skips what it does not know; a status list of 440 KB takes half a millisecond.
 */
export function decodeBase64Url(text: string): Uint8Array | undefined {
  // Everything beyond ASCII becomes bytes beyond the alphabet.
  const letters = encoder.encode(text);
  const rest = letters.length % 4;
  if (rest === 1) return undefined;
  const bytes = new Uint8Array((letters.length * 3) >> 2);
  const whole = letters.length - rest;
  if (!decodeGroups(letters, whole, bytes)) return undefined;
  return rest === 0 || decodeRest(letters.subarray(whole), bytes) ? bytes : undefined;
}

/** Groups of four letters to three bytes. A letter out of the alphabet sets bit 6: one test after the loop. */
function decodeGroups(letters: Uint8Array, end: number, bytes: Uint8Array): boolean {
  let seen = 0;
  for (let index = 0, written = 0; index < end; index += 4) {
    const first = valueAt(letters, index);
    const second = valueAt(letters, index + 1);
    const third = valueAt(letters, index + 2);
    const fourth = valueAt(letters, index + 3);
    seen |= first | second | third | fourth;
    bytes[written++] = (first << 2) | (second >> 4);
    bytes[written++] = (second << 4) | (third >> 2);
    bytes[written++] = (third << 6) | fourth;
  }
  return (seen & NOT_IN_ALPHABET) === 0;
}

/** The last two or three letters, to one or two bytes and four or two bits that must be zero. */
function decodeRest(letters: Uint8Array, bytes: Uint8Array): boolean {
  const first = valueAt(letters, 0);
  const second = valueAt(letters, 1);
  const third = letters.length === 3 ? valueAt(letters, 2) : 0;
  const start = bytes.length - (letters.length - 1);
  bytes[start] = (first << 2) | (second >> 4);
  if (letters.length === 3) bytes[start + 1] = (second << 4) | (third >> 2);
  const trailing = letters.length === 3 ? third & 0b11 : second & 0b1111;
  return ((first | second | third) & NOT_IN_ALPHABET) === 0 && trailing === 0;
}

function valueAt(letters: Uint8Array, index: number): number {
  return values[letters[index] ?? 0] ?? NOT_IN_ALPHABET;
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
