import process from 'node:process';
import { MAX_PIXELS } from '#shared/document/examine.ts';
import { sharp } from '../../document/workshop/pictures.ts';
import type { PictureJob, PictureReply } from './picture-message.ts';

/** 200 dots an inch on the part of an A4 page that a picture has: read and printed alike. */
const WIDTH = 1380;
const HEIGHT = 1900;

/**
 * The process that makes pictures as large as a page needs them: one for a dossier, one picture after the other, until the
 * parent hangs up. What is built to break a decoder breaks this process, which has nothing.
 */
process.on('message', (job: PictureJob) => {
  void draw(job).then((reply) => process.send?.(reply));
});

async function draw({ bytes }: PictureJob): Promise<PictureReply> {
  try {
    const picture = sharp(bytes, { limitInputPixels: MAX_PIXELS, sequentialRead: true, failOn: 'error' })
      .autoOrient()
      .resize({ width: WIDTH, height: HEIGHT, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#fff' })
      .toColourspace('srgb');
    return { kind: 'done', bytes: await picture.jpeg({ quality: 82 }).toBuffer() };
  } catch {
    return { kind: 'refused' };
  }
}
