/** In pixels, as the header says. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** https://www.w3.org/TR/png-3/#5Chunk-layout: IHDR first, then whole chunks up to IEND, then nothing. */
export function pngSize(bytes: Uint8Array): PictureSize | undefined {
  const view = viewOf(bytes);
  let size: PictureSize | undefined;
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (size === undefined) {
      if (type !== 'IHDR' || length !== 13 || at + 25 > bytes.length) return undefined;
      size = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
    }
    at += 12 + length;
    if (type === 'IEND') return at === bytes.length ? size : undefined;
  }
  return undefined;
}

/** ITU T.81 annex B: segments with their lengths up to the first scan, a frame header among them; an end behind it. */
export function jpegSize(bytes: Uint8Array): PictureSize | undefined {
  const view = viewOf(bytes);
  let size: PictureSize | undefined;
  for (let at = 2; at + 4 <= bytes.length;) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff) return undefined;
    if (marker === 0xda) return hasEnd(bytes, at) ? size : undefined;
    if (isFrame(marker)) {
      if (at + 9 > bytes.length) return undefined;
      size = larger(size, { width: view.getUint16(at + 7), height: view.getUint16(at + 5) });
    }
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

/** SOF0 to SOF15 without DHT, JPG and DAC, which share the range. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Of several frames the one that takes the most room: readers differ in which one they take. */
function larger(one: PictureSize | undefined, other: PictureSize): PictureSize {
  return one !== undefined && one.width * one.height > other.width * other.height ? one : other;
}

function hasEnd(bytes: Uint8Array, from: number): boolean {
  // The first byte of an end marker may be anywhere; entropy-coded data is stuffed so that it is never one (B.1.1.5).
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === 0xd9) return true;
  }
  return false;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
