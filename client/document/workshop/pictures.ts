import sharp from 'sharp';

/**
 * libvips as this process uses it: two kinds of picture and nothing else are read, in memory alone (the parent forbids
 * writing files), on one core, with nothing kept for later.
 */
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng'] });
sharp.cache(false);
sharp.concurrency(1);

export { sharp };
export type { Sharp } from 'sharp';

/** Decoded: three bytes a pixel, no colour profile, no orientation, no hidden details. */
export interface Pixels {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

export function fromPixels({ data, width, height }: Pixels): ReturnType<typeof sharp> {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** Decodes; what is left of a picture is its look. Transparent parts become white, as on paper. */
export async function toPixels(picture: ReturnType<typeof sharp>): Promise<Pixels> {
  const { data, info } = await picture
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
