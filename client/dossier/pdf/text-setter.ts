import type PdfKit from 'pdfkit';
import { paragraphOf, visualRuns, type Paragraph, type Run } from './set-line.ts';
import { SCALE, Typefaces, type Weight } from './typeface.ts';

export interface TextStyle {
  /** Points. */
  readonly size: number;
  readonly weight?: Weight;
  readonly colour?: string;
}

/** A line that fits, ready to be drawn. */
export interface SetLine {
  readonly runs: readonly Run[];
  readonly style: TextStyle;
  /** Points. */
  readonly height: number;
  readonly width: number;
  readonly isRightToLeft: boolean;
}

const LEADING = 1.42;
/** Nastaliq slants through more than two lines of Latin. */
const NASTALIQ_LEADING = 2.3;

/** With a list of features, if only an empty one, pdfkit has a run shaped whole and not word by word, in the wrong order. */
const WHOLE: PDFKit.Mixins.OpenTypeFeatures[] = [];

/** Breaks text into lines and draws them, in any mixture of Latin and Urdu. */
export class TextSetter {
  readonly #document: InstanceType<typeof PdfKit>;
  readonly #typefaces: Typefaces;

  constructor(document: InstanceType<typeof PdfKit>) {
    this.#document = document;
    this.#typefaces = new Typefaces(document);
  }

  lines(text: string, { width, ...style }: TextStyle & { readonly width: number }): readonly SetLine[] {
    return text.split(/\r?\n/).flatMap((one) => {
      const paragraph = paragraphOf(one);
      const cuts = this.#cuts(paragraph, { style, width });
      return cuts.map(([start, end]) => this.#line(paragraph, { start, end, style }));
    });
  }

  /** `x`, `y`: the upper left corner of the line's box. */
  draw(
    line: SetLine,
    { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
  ): void {
    const { style, runs, isRightToLeft, height } = line;
    let from = isRightToLeft ? x + width - line.width : x;
    const baseline = y + height * (isNastaliq(line) ? 0.62 : 0.76);
    this.#document.fillColor(style.colour ?? '#000');
    for (const run of runs) {
      this.#use(run, style);
      this.#document.text(run.text, from, baseline, {
        lineBreak: false,
        baseline: 'alphabetic',
        features: WHOLE,
      });
      from += this.#width(run, style);
    }
  }

  /** Where lines begin and end: at blanks where there are any, else where the line is full. */
  #cuts(
    paragraph: Paragraph,
    { style, width }: { readonly style: TextStyle; readonly width: number },
  ): readonly (readonly [number, number])[] {
    const cuts: [number, number][] = [];
    let start = 0;
    let end = 0;
    for (const piece of this.#pieces(paragraph, { style, width })) {
      const next = end + piece.length;
      // A blank at the end of a line may hang over.
      const needed = this.#widthOf(paragraph, { start, end: start + trimmed(paragraph, start, next), style });
      if (needed > width && end > start) {
        cuts.push([start, end]);
        start = end;
      }
      end = next;
    }
    cuts.push([start, end]);
    return cuts.map(([from, to]) => [from, from + trimmed(paragraph, from, to)]);
  }

  /** Words with the blanks after them; a word that is longer than a line in pieces. */
  #pieces(
    paragraph: Paragraph,
    { style, width }: { readonly style: TextStyle; readonly width: number },
  ): readonly string[] {
    const words = paragraph.text.match(/\S+\s*|\s+/gu) ?? [];
    return words.flatMap((word) => {
      if (this.#measure(paragraphOf(word), style) <= width) return [word];
      const letters = [...new Intl.Segmenter().segment(word)].map(({ segment }) => segment);
      const most = Math.max(
        1,
        Math.floor((letters.length * width) / this.#measure(paragraphOf(word), style)) - 1,
      );
      return Array.from({ length: Math.ceil(letters.length / most) }, (_, index) =>
        letters.slice(index * most, (index + 1) * most).join(''),
      );
    });
  }

  #line(
    paragraph: Paragraph,
    { start, end, style }: { readonly start: number; readonly end: number; readonly style: TextStyle },
  ): SetLine {
    const runs = visualRuns(paragraph, start, end);
    const width = runs.reduce((sum, run) => sum + this.#width(run, style), 0);
    const leading = isNastaliq({ runs }) ? NASTALIQ_LEADING : LEADING;
    return { runs, style, width, height: style.size * leading, isRightToLeft: paragraph.isRightToLeft };
  }

  #measure(paragraph: Paragraph, style: TextStyle): number {
    return this.#widthOf(paragraph, { start: 0, end: paragraph.text.length, style });
  }

  #widthOf(
    paragraph: Paragraph,
    { start, end, style }: { readonly start: number; readonly end: number; readonly style: TextStyle },
  ): number {
    return visualRuns(paragraph, start, end).reduce((sum, run) => sum + this.#width(run, style), 0);
  }

  #width(run: Run, style: TextStyle): number {
    this.#use(run, style);
    return this.#document.widthOfString(run.text, { features: WHOLE });
  }

  #use({ script }: Run, { size, weight = 400 }: TextStyle): void {
    this.#document.font(this.#typefaces.name(script, weight)).fontSize(size * SCALE[script]);
  }
}

function isNastaliq({ runs }: Pick<SetLine, 'runs'>): boolean {
  return runs.some(({ script }) => script === 'arabic');
}

/** How many characters of it are left without the blanks at its end. */
function trimmed({ text }: Paragraph, start: number, end: number): number {
  return text.slice(start, end).trimEnd().length;
}
