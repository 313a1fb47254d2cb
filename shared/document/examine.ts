import type { DocumentContentType } from '../contract/registration-contract.ts';
import { jpegSize, pngSize, type PictureSize } from './picture-header.ts';

/** More pixels than any scan has, few enough for every viewer: an image that unpacks to gigabytes is none. */
export const MAX_PIXELS = 100_000_000;
/** Writers of PDF files end them with a line break or two. */
const MAX_PDF_TAIL = 16;

export type DocumentFault =
  | 'empty'
  /** None of the three, whatever it is called. */
  | 'unknown'
  /** It begins as one of the three and does not go on or end as one. */
  | 'incomplete'
  | 'too_many_pixels';

export type Examined =
  | { readonly kind: 'document'; readonly contentType: DocumentContentType; readonly size?: PictureSize }
  | { readonly kind: 'fault'; readonly fault: DocumentFault };

/**
 * What the bytes are, whatever they are said to be. A file that is two things at once cannot always be told: so documents
 * are only ever given out as attachments of the type found here.
 */
export function examineDocument(bytes: Uint8Array): Examined {
  if (bytes.length === 0) return { kind: 'fault', fault: 'empty' };
  if (beginsWith(bytes, PDF_BEGINNING)) return examinePdf(bytes);
  if (beginsWith(bytes, PNG_BEGINNING)) return examinePicture('image/png', pngSize(bytes));
  if (beginsWith(bytes, JPEG_BEGINNING)) return examinePicture('image/jpeg', jpegSize(bytes));
  return { kind: 'fault', fault: 'unknown' };
}

/** ISO 32000-1 section 7.5.2. */
const PDF_BEGINNING = [0x25, 0x50, 0x44, 0x46, 0x2d];
/** https://www.w3.org/TR/png-3/#5PNG-file-signature */
const PNG_BEGINNING = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** ITU T.81 B.1.1.3: start of image, then another marker. */
const JPEG_BEGINNING = [0xff, 0xd8, 0xff];

function beginsWith(bytes: Uint8Array, beginning: readonly number[]): boolean {
  return beginning.every((byte, index) => bytes[index] === byte);
}

/** Stricter than readers are: from the first byte on, and with nothing after its end. */
function examinePdf(bytes: Uint8Array): Examined {
  const end = text(bytes.subarray(-(MAX_PDF_TAIL + 5)));
  const isWhole = /^%PDF-[12]\.\d[\r\n]/.test(text(bytes.subarray(0, 16))) && /%%EOF\s{0,16}$/.test(end);
  return isWhole
    ? { kind: 'document', contentType: 'application/pdf' }
    : { kind: 'fault', fault: 'incomplete' };
}

function examinePicture(contentType: DocumentContentType, size: PictureSize | undefined): Examined {
  if (size === undefined || size.width === 0 || size.height === 0)
    return { kind: 'fault', fault: 'incomplete' };
  if (size.width * size.height > MAX_PIXELS) return { kind: 'fault', fault: 'too_many_pixels' };
  return { kind: 'document', contentType, size };
}

function text(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
