import { PDFDocument } from '@cantoo/pdf-lib';
import { renderPage, type PrintedPage } from '#shared/print/page.ts';
import { readFonts } from './fonts.ts';
import { printHtml } from './print-html.ts';
import { printError } from './print-problem.ts';

/** From the size that reads best to the smallest that prints well. */
const SCALES = [1, 0.94, 0.88, 0.82, 0.76] as const;

type Page = Omit<PrintedPage, 'fonts' | 'scale'>;

interface Printing {
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A page as PDF on one sheet of A4, in the largest type that fits. Throws `print_too_long` where none does. */
export async function printOnOnePage(page: Page, { environment }: Printing): Promise<Uint8Array> {
  const fonts = await readFonts();
  for (const scale of SCALES) {
    const printed = await printHtml({ html: renderPage({ ...page, fonts, scale }), environment });
    const { length } = (await PDFDocument.load(printed, { updateMetadata: false })).getPages();
    if (length === 1) return printed;
  }
  throw printError('print_too_long');
}

/** A page as PDF, on as many sheets as it takes. */
export async function printPage(page: Page, { environment }: Printing): Promise<Uint8Array> {
  return await printHtml({ html: await pageHtml(page), environment });
}

/** A page as HTML that needs nothing from outside. */
export async function pageHtml(page: Page): Promise<string> {
  return renderPage({ ...page, fonts: await readFonts() });
}
