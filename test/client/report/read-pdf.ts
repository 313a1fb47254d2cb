import { execFileSync } from 'node:child_process';
import { decodeQR } from 'qr/decode.js';

/** A PDF's text, a page after each form feed. */
export function textOfPdf(pdf: Uint8Array): string {
  return execFileSync('pdftotext', ['-layout', '-', '-'], { input: pdf, encoding: 'utf8' });
}

/** What the QR code on the first page says, as a scanner sees it. */
export function codeInPdf(pdf: Uint8Array): string {
  const options = ['-r', '200', '-f', '1', '-l', '1', '-'];
  const picture = execFileSync('pdftoppm', options, { input: pdf, maxBuffer: 64 * 1024 * 1024 });
  // PPM: "P6", width, height, 255, then three bytes a point.
  const header = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(picture.subarray(0, 64).toString('latin1'));
  if (header === null) throw new Error('no picture');
  const [start, width, height] = [header[0].length, Number(header[1]), Number(header[2])];
  return decodeQR({ width, height, data: picture.subarray(start) });
}
