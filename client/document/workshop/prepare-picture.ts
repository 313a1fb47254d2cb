import { MAX_PIXELS } from '#shared/document/examine.ts';
import { JobRefusal, type Prepared, type WorkshopJob } from './job.ts';
import { fromPixels, sharp, toPixels, type Pixels } from './pictures.ts';
import { stampPicture } from './stamp-picture.ts';

/** Of the longer side, in pixels: a page of A4 at 250 dots an inch; the small print of an identity card many times over. */
const LARGEST_SIDE = 3000;
/** Below these, small print begins to be lost. */
const steps = [
  { side: LARGEST_SIDE, quality: 82 },
  { side: LARGEST_SIDE, quality: 70 },
  { side: 2500, quality: 70 },
  { side: 2000, quality: 70 },
  { side: 2000, quality: 60 },
  { side: 1600, quality: 70 },
  { side: 1600, quality: 58 },
] as const;

/** Straightened, without its hidden details, no larger than is needed to read it, stamped if that is wanted. */
export async function preparePicture({
  bytes,
  contentType,
  maxBytes,
  stamp,
  font,
}: WorkshopJob): Promise<Prepared> {
  const plain = await decode(bytes);
  const pixels = stamp === undefined ? plain : await stampPicture(plain, { stamp, font });
  const best = await compress(pixels, maxBytes);
  const lossless = contentType === 'image/png' ? await asPng(pixels) : undefined;
  // A drawing or a screenshot is smaller, and sharper, as it is.
  const isLossless = lossless !== undefined && lossless.length <= (best?.length ?? maxBytes);
  if (isLossless) return { contentType: 'image/png', bytes: lossless };
  if (best === undefined) throw new JobRefusal('document_too_detailed');
  return { contentType: 'image/jpeg', bytes: best };
}

async function decode(bytes: Uint8Array): Promise<Pixels> {
  try {
    return await toPixels(
      sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error', sequentialRead: true })
        // What a telephone notes beside the picture is how it was held.
        .autoOrient()
        .resize({ width: LARGEST_SIDE, height: LARGEST_SIDE, fit: 'inside', withoutEnlargement: true }),
    );
  } catch (cause) {
    const isTooLarge = cause instanceof Error && /pixel limit/i.test(cause.message);
    throw new JobRefusal(isTooLarge ? 'document_picture_too_large' : 'document_not_prepared');
  }
}

/** The first step that fits; undefined where none does. */
async function compress(pixels: Pixels, maxBytes: number): Promise<Buffer | undefined> {
  for (const { side, quality } of steps) {
    const jpeg = await fromPixels(pixels)
      .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
      // Colour at full resolution: coloured print on coloured ground is what cards are made of.
      .jpeg({ quality, chromaSubsampling: '4:4:4' })
      .toBuffer();
    if (jpeg.length <= maxBytes) return jpeg;
  }
  return undefined;
}

async function asPng(pixels: Pixels): Promise<Buffer> {
  return await fromPixels(pixels).png({ compressionLevel: 6 }).toBuffer();
}
