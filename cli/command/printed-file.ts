import { requireFreePlace, writeOutFile } from '#client/file/out-file.ts';
import type { PrintedPage } from '#shared/print/page.ts';
import { good, type Answer } from '../answer.ts';
import { cliError } from '../cli-problem.ts';
import type { Surroundings } from '../surroundings.ts';
import { withProgress } from '../terminal/progress.ts';

interface Printing {
  readonly out: string;
  readonly page: Omit<PrintedPage, 'fonts' | 'scale'>;
  /** Has to fit one sheet. */
  readonly isOneSheet: boolean;
  /** Further formats, by the end of the file's name. */
  readonly others?: Readonly<Record<string, () => string>>;
}

/** Writes a page as the file's name says: .pdf, .html, or one of its own formats. */
export async function writePrinted(surroundings: Surroundings, printing: Printing): Promise<Answer> {
  const { out } = printing;
  const ending = /\.([a-z]+)$/i.exec(out)?.[1]?.toLowerCase() ?? '';
  const content = await makerOf(ending, printing);
  await requireFreePlace(out);
  const made = await withProgress(surroundings.terminal, 'Printing', () =>
    content(surroundings.environment ?? {}),
  );
  await writeOutFile(out, made);
  return { json: { file: out }, lines: [good(`Written: ${out}`)] };
}

type Maker = (environment: NonNullable<Surroundings['environment']>) => Promise<string | Uint8Array>;

async function makerOf(ending: string, { page, isOneSheet, others = {} }: Printing): Promise<Maker> {
  const { pageHtml, printOnOnePage, printPage } = await import('#client/print/one-page.ts');
  if (ending === 'html') return () => pageHtml(page);
  if (ending === 'pdf') {
    return (environment) => (isOneSheet ? printOnOnePage : printPage)(page, { environment });
  }
  const other = others[ending];
  if (other !== undefined) return () => Promise.resolve(other());
  const endings = ['pdf', 'html', ...Object.keys(others)].map((one) => `.${one}`).join(', ');
  throw cliError('usage', { detail: `the name after --out ends in one of: ${endings}` });
}
