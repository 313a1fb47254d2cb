import { PDFDocument, degrees } from '@cantoo/pdf-lib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { examineFile, type DocumentFile } from '#client/document/document-file.ts';
import { asItIs, prepareDocument } from '#client/document/prepare.ts';
import { registrationPurpose } from '#client/document/stamp-text.ts';
import { jpegHeader, pngOf } from '#test/shared/document/samples.ts';

const MAX_BYTES = 5 * 1024 * 1024;
const stamp = { purpose: registrationPurpose, recipient: 'Example Association', at: 1_795_600_000 };
const fileOf = (bytes: Uint8Array): DocumentFile =>
  examineFile({ name: 'card', bytes }, { bytes: 40_000_000 });
const metadataOf = async (file: DocumentFile) => await sharp(file.bytes).metadata();
const refused = (code: string) => ({ problem: { code, nextAction: expect.stringMatching(/\w/) as string } });

const paper = (width: number, height: number, background = '#ffffff') =>
  sharp({ create: { width, height, channels: 3, background } });
const noise = (width: number, height: number) =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  });

/** Red in its upper left corner when held right; stored on its side, with what a telephone writes beside it. */
async function photograph(width = 1200, height = 800): Promise<Buffer> {
  const corner = await paper(200, 200, '#ff0000').png().toBuffer();
  const upright = await paper(width, height)
    .composite([{ input: corner, top: 0, left: 0 }])
    .png()
    .toBuffer();
  const onItsSide = await sharp(upright).rotate(-90).toBuffer();
  return await sharp(onItsSide)
    .jpeg()
    .withExif({
      IFD0: { Make: 'Telephone', Software: 'tracker' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '31/1 33/1 0/1',
        GPSLongitudeRef: 'E',
        GPSLongitude: '74/1 20/1 0/1',
      },
    })
    .withMetadata({ orientation: 6 })
    .toBuffer();
}

async function colourAt(file: DocumentFile, left: number, top: number): Promise<readonly number[]> {
  const { data } = await sharp(file.bytes)
    .extract({ left, top, width: 1, height: 1 })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return [...data.subarray(0, 3)];
}

describe('a photograph that leaves', () => {
  it('is straightened, and nothing that the telephone wrote beside it is left', async () => {
    const original = fileOf(await photograph());
    expect(await metadataOf(original)).toMatchObject({ width: 800, height: 1200, orientation: 6 });
    expect(Buffer.from(original.bytes).includes('Telephone')).toBe(true);
    const { file, isStamped, isChanged } = await prepareDocument(original, { maxBytes: MAX_BYTES });
    expect({ isStamped, isChanged }).toEqual({ isStamped: false, isChanged: true });
    const metadata = await metadataOf(file);
    expect(metadata).toMatchObject({ format: 'jpeg', width: 1200, height: 800 });
    for (const hidden of ['exif', 'orientation', 'xmp', 'iptc', 'icc'] as const)
      expect(metadata[hidden]).toBeUndefined();
    expect(Buffer.from(file.bytes).includes('Telephone')).toBe(false);
    const [red = 0, green = 255] = await colourAt(file, 20, 20);
    expect(red - green).toBeGreaterThan(200);
  });

  it('is made small enough for the limit, and its print can still be read', async () => {
    // Strokes of five pixels, as small print has them, on a photograph of 8 million pixels.
    const lines = Buffer.alloc(400 * 40);
    for (let at = 0; at < lines.length; at += 1) lines[at] = Math.floor((at % 400) / 5) % 2 === 0 ? 0 : 255;
    const print = await sharp(lines, { raw: { width: 400, height: 40, channels: 1 } })
      .png()
      .toBuffer();
    const grain = await sharp({
      create: {
        width: 3200,
        height: 2400,
        channels: 3,
        background: '#ccc',
        noise: { type: 'gaussian', mean: 200, sigma: 6 },
      },
    })
      .composite([{ input: print, top: 1500, left: 2000 }])
      .jpeg({ quality: 95 })
      .toBuffer();
    const original = fileOf(grain);
    expect(original.size).toBeGreaterThan(600_000);
    const { file } = await prepareDocument(original, { maxBytes: 300_000 });
    expect(file.size).toBeLessThanOrEqual(300_000);
    const { width, height } = await metadataOf(file);
    expect(Math.max(width, height)).toBeGreaterThanOrEqual(1600);
    const scale = width / 3200;
    const row = await sharp(file.bytes)
      .extract({
        left: Math.ceil(2050 * scale),
        top: Math.round(1520 * scale),
        width: Math.floor(300 * scale),
        height: 1,
      })
      .greyscale()
      .raw()
      .toBuffer();
    expect(Math.max(...row) - Math.min(...row)).toBeGreaterThan(120);
  });

  it('that would not be readable any more is refused rather than sent', async () => {
    const original = fileOf(await noise(1800, 1800).jpeg({ quality: 90 }).toBuffer());
    await expect(prepareDocument(original, { maxBytes: 60_000 })).rejects.toMatchObject(
      refused('document_too_detailed'),
    );
  });

  it('is not made larger, and a drawing stays one', async () => {
    const line = await paper(200, 3, '#004488').png().toBuffer();
    const lines = Array.from({ length: 20 }, (_, row) => ({ input: line, top: row * 9, left: row * 3 }));
    const drawing = fileOf(await paper(300, 200).composite(lines).png().toBuffer());
    const { file } = await prepareDocument(drawing, { maxBytes: MAX_BYTES });
    expect(await metadataOf(file)).toMatchObject({ format: 'png', width: 300, height: 200 });
  });

  it('with transparent parts is white there, as on paper', async () => {
    const clear = sharp({
      create: { width: 60, height: 40, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    });
    const { file } = await prepareDocument(fileOf(await clear.png().toBuffer()), { maxBytes: MAX_BYTES });
    expect(await colourAt(file, 5, 5)).toEqual([255, 255, 255]);
  });

  it('sent as it is stays as it is', async () => {
    const original = fileOf(await photograph());
    expect(asItIs(original, MAX_BYTES)).toMatchObject({
      file: { sha256: original.sha256 },
      isChanged: false,
    });
    expect(() => asItIs(original, 1000)).toThrow(/document_too_large/);
  });
});

describe('a copy that is stamped', () => {
  it('has the words below it and all over it, and the original has not', async () => {
    const original = fileOf(await paper(1200, 800).jpeg().toBuffer());
    const before = Buffer.from(original.bytes);
    const { file, isStamped } = await prepareDocument(original, { maxBytes: MAX_BYTES, stamp });
    expect(isStamped).toBe(true);
    expect(before.equals(original.bytes)).toBe(true);
    const { width, height } = await metadataOf(file);
    expect(width).toBe(1200);
    expect(height).toBeGreaterThan(860);
    const marked = async (top: number, left: number) => {
      const region = sharp(file.bytes).extract({ left, top, width: 400, height: 260 });
      const { channels } = await region.stats();
      return 255 - (channels[1]?.mean ?? 255);
    };
    for (const top of [0, 270, 540]) {
      for (const left of [0, 400, 800]) expect(await marked(top, left)).toBeGreaterThan(1);
    }
    const band = await sharp(file.bytes)
      .extract({ left: 0, top: 800, width: 1200, height: height - 800 })
      .stats();
    expect(band.channels[1]?.min).toBeLessThan(60);
  });

  it('of the size of a stamp has all the words all the same', async () => {
    const { file } = await prepareDocument(fileOf(await paper(40, 30).png().toBuffer()), {
      maxBytes: MAX_BYTES,
      stamp,
    });
    const { width, height } = await metadataOf(file);
    expect(width).toBe(600);
    expect(height).toBeGreaterThan(60);
  });

  it('of a PDF grows by the words on every page, however the page is turned', async () => {
    const pdf = await PDFDocument.create();
    for (const turned of [0, 90, 180, 270]) pdf.addPage([600, 800]).setRotation(degrees(turned));
    const { file, isStamped } = await prepareDocument(fileOf(await pdf.save()), {
      maxBytes: MAX_BYTES,
      stamp,
    });
    expect([file.contentType, isStamped]).toEqual(['application/pdf', true]);
    const stamped = await PDFDocument.load(file.bytes);
    const grown = stamped.getPages().map((page) => {
      const { width, height } = page.getCropBox();
      return [width > 600, height > 800];
    });
    expect(grown).toEqual([
      [false, true],
      [true, false],
      [false, true],
      [true, false],
    ]);
    const [first] = stamped.getPages();
    expect(first?.getCropBox().y).toBeLessThan(0);
  });

  it('of a PDF that may not be changed is refused; one that is not stamped is not touched', async () => {
    const locked = fileOf(Buffer.from('%PDF-1.7\ntrailer << /Encrypt 1 0 R >>\n%%EOF\n'));
    await expect(prepareDocument(locked, { maxBytes: MAX_BYTES, stamp })).rejects.toMatchObject(
      refused('document_locked'),
    );
    const { file, isChanged } = await prepareDocument(locked, { maxBytes: MAX_BYTES });
    expect([file.sha256, isChanged]).toEqual([locked.sha256, false]);
  });
});

describe('a file that is built to break its reader', () => {
  it.each([
    ['a PNG whose data ends early', pngOf(9000, 9000)],
    ['a JPEG that is a header', jpegHeader(4000, 3000)],
    ['a PNG of which a part is changed', broken(pngOf(400, 300))],
    ['a PDF that is none inside', Buffer.from('%PDF-1.7\nnonsense\n%%EOF\n')],
    ['a PDF that leads in a circle', Buffer.from(circle)],
  ])('%s is refused, and this program goes on', async (_, bytes) => {
    await expect(prepareDocument(fileOf(bytes), { maxBytes: MAX_BYTES, stamp })).rejects.toMatchObject(
      refused('document_not_prepared'),
    );
  });

  it('that takes more memory than it may is', async () => {
    const large = fileOf(await noise(2000, 1500).jpeg({ progressive: true }).toBuffer());
    const attempt = prepareDocument(large, { maxBytes: MAX_BYTES, workshop: { memoryBytes: 1024 * 1024 } });
    await expect(attempt).rejects.toMatchObject(refused('document_not_prepared'));
    expect((await prepareDocument(large, { maxBytes: MAX_BYTES })).isChanged).toBe(true);
  });

  it('that takes too long is', async () => {
    const attempt = prepareDocument(fileOf(await photograph()), {
      maxBytes: MAX_BYTES,
      workshop: { deadlineMs: 1 },
    });
    await expect(attempt).rejects.toMatchObject(refused('document_not_prepared'));
  });

  it('that ends the process that reads it is, and the next one is done', async () => {
    const original = fileOf(await photograph());
    const started = (processId: number): void => void process.kill(processId, 'SIGSEGV');
    const attempt = prepareDocument(original, { maxBytes: MAX_BYTES, workshop: { started } });
    const next = prepareDocument(original, { maxBytes: MAX_BYTES });
    await expect(attempt).rejects.toMatchObject(refused('document_not_prepared'));
    expect((await next).isChanged).toBe(true);
  });
});

/** Pages that are each other’s parents. */
const circle = `%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [2 0 R] /Count 1 /Parent 2 0 R >> endobj
trailer << /Root 1 0 R >>
%%EOF
`;

function broken(bytes: Buffer): Buffer {
  const at = bytes.indexOf('IDAT') + 8;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
  return bytes;
}
