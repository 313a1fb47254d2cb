import type { Stamp } from '../stamp-text.ts';
import { drawAcross, drawBand, type Drawn } from './draw-stamp.ts';
import { fromPixels, sharp, toPixels, type Pixels } from './pictures.ts';

/** On less the words do not fit: white is added beside the picture. */
const LEAST_WIDTH = 600;
/** How wide the short words are: small enough that no line of a card lies between them. */
const ACROSS_PART = 0.34;

/** The short words all over the picture, and all the words below it, so that nothing of it is hidden. */
export async function stampPicture(
  pixels: Pixels,
  how: { readonly stamp: Stamp; readonly font: string },
): Promise<Pixels> {
  const width = Math.max(LEAST_WIDTH, pixels.width);
  const band = await drawBand({ ...how, width });
  const across = await drawAcross({ ...how, width: Math.round(width * ACROSS_PART) });
  const left = Math.floor((width - pixels.width) / 2);
  const wide = await toPixels(
    fromPixels(pixels).extend({
      ...{ left, right: width - pixels.width - left, background: '#fff' },
      bottom: band.height,
    }),
  );
  const places = gridOf(across, { width, height: pixels.height });
  const composed = fromPixels(wide).composite([
    ...(await Promise.all(places.map(async (place) => await cut(across, place, pixels.height)))),
    { input: band.png, top: pixels.height, left: 0 },
  ]);
  return await toPixels(composed);
}

interface Place {
  readonly left: number;
  readonly top: number;
}

/** Every second row moved by half, so that no strip of the picture is without. */
function gridOf(drawn: Drawn, area: { readonly width: number; readonly height: number }): readonly Place[] {
  const places: Place[] = [];
  let row = 0;
  for (let top = 0; top < area.height; top += Math.max(1, drawn.height), row += 1) {
    const start = row % 2 === 0 ? 0 : -Math.round(drawn.width / 2);
    for (let left = start; left < area.width; left += Math.max(1, drawn.width)) places.push({ left, top });
  }
  return places;
}

/** What of it lies on the picture and not on the band: that one stays clear. */
async function cut(drawn: Drawn, place: Place, bottom: number) {
  const height = Math.min(drawn.height, bottom - place.top);
  const skipped = Math.max(0, -place.left);
  if (height === drawn.height && skipped === 0) return { input: drawn.png, ...place };
  const input = await sharp(drawn.png)
    .extract({ left: skipped, top: 0, width: drawn.width - skipped, height })
    .png()
    .toBuffer();
  return { input, left: place.left + skipped, top: place.top };
}
