import type PdfKit from 'pdfkit';
import { fontFile, nastaliq, sans } from '../../print/fonts.ts';

export type Weight = 400 | 700;
export type Script = 'latin' | 'latin-ext' | 'arabic';

const files: Readonly<Record<Script, (weight: Weight) => string>> = {
  latin: (weight) => `${sans}-latin-${weight}-normal.woff`,
  'latin-ext': (weight) => `${sans}-latin-ext-${weight}-normal.woff`,
  arabic: (weight) =>
    weight === 700
      ? `${nastaliq}/700Bold/NotoNastaliqUrdu_700Bold.ttf`
      : `${nastaliq}/400Regular/NotoNastaliqUrdu_400Regular.ttf`,
};

/** Nastaliq is drawn larger, to look as large as the Latin beside it. */
export const SCALE: Readonly<Record<Script, number>> = { latin: 1, 'latin-ext': 1, arabic: 1.15 };

/** The typefaces of one document, each opened at its first use. */
export class Typefaces {
  readonly #document: InstanceType<typeof PdfKit>;
  readonly #known = new Set<string>();

  constructor(document: InstanceType<typeof PdfKit>) {
    this.#document = document;
  }

  /** As pdfkit knows it. */
  name(script: Script, weight: Weight): string {
    const name = `${script}-${weight}`;
    if (!this.#known.has(name)) this.#document.registerFont(name, fontFile(files[script](weight)));
    this.#known.add(name);
    return name;
  }
}

const arabic = /[\u0600-\u06FF\u0750-\u077F\u08A0-\u08FF\uFB50-\uFDFF\uFE70-\uFEFE]|\u200C|\u200D/;
/** As the typeface's own subset has it. */
const latin =
  /[\u0020-\u007E\u00A0-\u00FF\u0131\u0152\u0153\u02C6\u02DA\u02DC\u2000-\u200A\u2010-\u2027\u2030-\u205E\u20AC\u2122\u2212]/;
const extended = /[\u0100-\u024F\u1E00-\u1E9F\u1EF2-\u1EFF]|\p{Mn}/u;

/** Which typeface has a character; undefined: none of ours. */
export function scriptOf(character: string): Script | undefined {
  if (arabic.test(character)) return 'arabic';
  if (latin.test(character)) return 'latin';
  return extended.test(character) ? 'latin-ext' : undefined;
}
