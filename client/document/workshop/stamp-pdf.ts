import { degrees, EncryptedPDFError, PDFDocument, type PDFImage, type PDFPage } from '@cantoo/pdf-lib';
import type { Stamp } from '../stamp-text.ts';
import { drawAcross, drawBand } from './draw-stamp.ts';
import { JobRefusal, type Prepared, type WorkshopJob } from './job.ts';

/** More than any letter or certificate; each takes time. */
const MAX_PAGES = 200;
/** Enough for print: the band of a page of A4 at 150 dots an inch. */
const BAND_PIXELS = 1240;
const ACROSS_PIXELS = 560;

/** The short words all over every page, and all the words below it: the page grows, so that nothing of it is hidden. */
export async function stampPdf({ bytes, maxBytes, stamp, font }: WorkshopJob): Promise<Prepared> {
  if (stamp === undefined) throw new JobRefusal('document_not_prepared');
  const pdf = await load(bytes);
  const pages = pdf.getPages();
  if (pages.length === 0) throw new JobRefusal('document_not_prepared');
  if (pages.length > MAX_PAGES) throw new JobRefusal('document_too_large', `at most ${MAX_PAGES} pages`);
  const images = await embed(pdf, { stamp, font });
  for (const page of pages) stampPage(page, images);
  const stamped = await pdf.save({
    useObjectStreams: true,
    addDefaultPage: false,
    updateFieldAppearances: false,
  });
  if (stamped.length > maxBytes) throw new JobRefusal('document_too_large', 'with its stamp');
  return { contentType: 'application/pdf', bytes: stamped };
}

async function load(bytes: Uint8Array): Promise<PDFDocument> {
  try {
    return await PDFDocument.load(bytes, { updateMetadata: false, capNumbers: true });
  } catch (cause) {
    throw new JobRefusal(cause instanceof EncryptedPDFError ? 'document_locked' : 'document_not_prepared');
  }
}

interface Images {
  readonly band: PDFImage;
  readonly across: PDFImage;
}

async function embed(
  pdf: PDFDocument,
  how: { readonly stamp: Stamp; readonly font: string },
): Promise<Images> {
  const band = await drawBand({ ...how, width: BAND_PIXELS });
  const across = await drawAcross({ ...how, width: ACROSS_PIXELS });
  return { band: await pdf.embedPng(band.png), across: await pdf.embedPng(across.png) };
}

function stampPage(page: PDFPage, { band, across }: Images): void {
  const sheet = sheetOf(page);
  const bandHeight = (sheet.width * band.height) / band.width;
  const grown = grow(page, bandHeight);
  const wide = sheet.width * 0.34;
  const high = (wide * across.height) / across.width;
  let row = 0;
  for (let v = bandHeight; v < bandHeight + sheet.height; v += high, row += 1) {
    for (let u = row % 2 === 0 ? 0 : -wide / 2; u < sheet.width; u += wide) {
      place(page, across, { sheet: grown, u, v, width: wide, height: high });
    }
  }
  place(page, band, { sheet: grown, u: 0, v: 0, width: sheet.width, height: bandHeight });
}

/** A page as it is looked at: its box on the paper, and by how much it is turned. */
interface Sheet {
  readonly x: number;
  readonly y: number;
  /** As looked at. */
  readonly width: number;
  readonly height: number;
  /** Clockwise: 0, 90, 180 or 270. ISO 32000-1 table 30. */
  readonly turned: number;
}

function sheetOf(page: PDFPage): Sheet {
  const { x, y, width, height } = page.getCropBox();
  const turned = (((Math.round(page.getRotation().angle / 90) * 90) % 360) + 360) % 360;
  const isOnItsSide = turned === 90 || turned === 270;
  const [wide, high] = isOnItsSide ? [height, width] : [width, height];
  if (!(wide > 0 && high > 0)) throw new JobRefusal('document_not_prepared');
  return { x, y, width: wide, height: high, turned };
}

/** Adds room at what is the lower edge when it is looked at. */
function grow(page: PDFPage, by: number): Sheet {
  const { x, y, width, height } = page.getCropBox();
  const { turned } = sheetOf(page);
  const box = {
    0: { x, y: y - by, width, height: height + by },
    90: { x, y, width: width + by, height },
    180: { x, y, width, height: height + by },
    270: { x: x - by, y, width: width + by, height },
  }[turned];
  if (box === undefined) throw new JobRefusal('document_not_prepared');
  for (const set of ['setMediaBox', 'setCropBox', 'setBleedBox', 'setTrimBox', 'setArtBox'] as const) {
    page[set](box.x, box.y, box.width, box.height);
  }
  return sheetOf(page);
}

/** u to the right and v upwards from the lower left corner as looked at; ISO 32000-1 section 8.3.2 for the turning. */
function place(
  page: PDFPage,
  image: PDFImage,
  at: {
    readonly sheet: Sheet;
    readonly u: number;
    readonly v: number;
    readonly width: number;
    readonly height: number;
  },
): void {
  const { sheet, u, v, width, height } = at;
  const { x, y, turned } = sheet;
  const corner = {
    0: { x: x + u, y: y + v },
    90: { x: x + sheet.height - v, y: y + u },
    180: { x: x + sheet.width - u, y: y + sheet.height - v },
    270: { x: x + v, y: y + sheet.width - u },
  }[turned];
  if (corner === undefined) throw new JobRefusal('document_not_prepared');
  page.drawImage(image, { ...corner, width, height, rotate: degrees(turned) });
}
