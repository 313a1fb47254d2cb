import type { DocumentContentType } from '#shared/contract/gateway-contract.ts';

/** More pixels than any scan has, few enough for every viewer: an image that unpacks to gigabytes is none. */
const MAX_PIXELS = 100_000_000;
/** Writers of PDF files end them with a line break or two. */
const MAX_PDF_TAIL = 16;
const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/**
 * What the bytes are, whatever they are said to be; undefined where they are none of ours. A file that is two things
 * at once cannot always be told: so documents are only ever given out as attachments of the type found here.
 */
export function detectType(bytes: Buffer): DocumentContentType | undefined {
  if (isPdf(bytes)) return 'application/pdf';
  if (isPng(bytes)) return 'image/png';
  if (isJpeg(bytes)) return 'image/jpeg';
  return undefined;
}

/** Stricter than readers are: from the first byte on, and with nothing after its end. */
function isPdf(bytes: Buffer): boolean {
  if (!/^%PDF-[12]\.\d[\r\n]/.test(bytes.toString('latin1', 0, 16))) return false;
  const end = bytes.lastIndexOf('%%EOF');
  const tail = bytes.toString('latin1', end + 5);
  return end !== -1 && tail.length <= MAX_PDF_TAIL && tail.trim() === '';
}

/** https://www.w3.org/TR/png-3/#5Chunk-layout: IHDR first, then whole chunks up to IEND, then nothing. */
function isPng(bytes: Buffer): boolean {
  if (!bytes.subarray(0, 8).equals(PNG_SIGNATURE)) return false;
  let at = PNG_SIGNATURE.length;
  for (let isFirst = true; at + 12 <= bytes.length; isFirst = false) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (isFirst && !isImageHeader(bytes, at, { type, length })) return false;
    at += 12 + length;
    if (type === 'IEND') return at === bytes.length;
  }
  return false;
}

function isImageHeader(
  bytes: Buffer,
  at: number,
  { type, length }: { readonly type: string; readonly length: number },
): boolean {
  if (type !== 'IHDR' || length !== 13 || at + 16 > bytes.length) return false;
  return isReasonable(bytes.readUInt32BE(at + 8), bytes.readUInt32BE(at + 12));
}

/** ITU T.81 annex B: segments with their lengths up to the first scan; a frame header among them. */
function isJpeg(bytes: Buffer): boolean {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return false;
  let hasFrame = false;
  for (let at = 2; at + 4 <= bytes.length;) {
    const [prefix, marker] = [bytes[at], bytes[at + 1] ?? 0];
    if (prefix !== 0xff) return false;
    if (marker === 0xda) return hasFrame && bytes.includes(Buffer.from('ffd9', 'hex'), at);
    if (isFrame(marker)) {
      if (at + 9 > bytes.length) return false;
      if (!isReasonable(bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5))) return false;
      hasFrame = true;
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return false;
}

/** SOF0 to SOF15 without DHT, JPG and DAC, which share the range. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function isReasonable(width: number, height: number): boolean {
  return width > 0 && height > 0 && width * height <= MAX_PIXELS;
}
