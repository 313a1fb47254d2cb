import { stampText, type Stamp } from '../stamp-text.ts';
import { sharp } from './pictures.ts';

/** A picture to be laid over or beside another. */
export interface Drawn {
  readonly png: Buffer;
  readonly width: number;
  readonly height: number;
}

interface Drawing {
  readonly stamp: Stamp;
  readonly font: string;
  /** In pixels. */
  readonly width: number;
}

const FAMILY = 'Noto Nastaliq Urdu';
const LINE_COLOUR = '#8a0000';
/** Seen on white and on black, and read through. */
const ACROSS_COLOUR = '#e00000';
const ACROSS_ALPHA = 0.32;

/** All of the stamp's words on white, as wide as asked, as high as it takes. */
export async function drawBand({ stamp, font, width }: Drawing): Promise<Drawn> {
  const margin = Math.round(width / 60);
  const size = Math.max(11, Math.round(width / 52));
  const lines: Drawn[] = [];
  for (const text of stampText(stamp).band) {
    lines.push(await write({ text, font, size, colour: LINE_COLOUR, width: width - 2 * margin }));
  }
  const height = lines.reduce((sum, line) => sum + line.height, margin * (lines.length + 1));
  let top = 0;
  const placed = lines.map(({ png, width: own, height: high }, index) => {
    const at = { input: png, top: top + margin, left: index === 0 ? margin : width - margin - own };
    top += high + margin;
    return at;
  });
  const background = { width, height, channels: 3, background: '#fff' } as const;
  const png = await sharp({ create: background }).composite(placed).png().toBuffer();
  return { png, width, height };
}

/** The short words, aslant and half transparent, to be repeated over the whole. */
export async function drawAcross({ stamp, font, width }: Drawing): Promise<Drawn> {
  const size = Math.max(10, Math.round(width / 17));
  const [english, urdu] = await Promise.all(
    stampText(stamp).across.map(
      async (text) => await write({ text, font, size, colour: ACROSS_COLOUR, alpha: ACROSS_ALPHA, width }),
    ),
  );
  if (english === undefined || urdu === undefined) throw new Error('a stamp has two languages');
  const wide = Math.max(english.width, urdu.width);
  const height = english.height + urdu.height + size;
  const clear = { r: 0, g: 0, b: 0, alpha: 0 };
  const both = await sharp({ create: { width: wide, height, channels: 4, background: clear } })
    .composite([
      { input: english.png, top: 0, left: Math.round((wide - english.width) / 2) },
      { input: urdu.png, top: english.height + size, left: Math.round((wide - urdu.width) / 2) },
    ])
    .png()
    .toBuffer();
  const { data, info } = await sharp(both)
    .rotate(-28, { background: clear })
    .png()
    .toBuffer({ resolveWithObject: true });
  return { png: data, width: info.width, height: info.height };
}

/** Pango shapes the letters and orders the line by what is in it; the words are ours, what is in them is escaped. */
async function write(line: {
  readonly text: string;
  readonly font: string;
  readonly size: number;
  readonly colour: string;
  readonly alpha?: number;
  readonly width: number;
}): Promise<Drawn> {
  const { text, font, size, colour, alpha = 1, width } = line;
  const markup = `<span foreground="${colour}" alpha="${Math.round(alpha * 100)}%">${escaped(text)}</span>`;
  const { data, info } = await sharp({
    text: {
      text: markup,
      font: `${FAMILY} ${size}`,
      fontfile: font,
      rgba: true,
      width,
      dpi: 72,
      wrap: 'word-char',
    },
  })
    .png()
    .toBuffer({ resolveWithObject: true });
  return { png: data, width: info.width, height: info.height };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
