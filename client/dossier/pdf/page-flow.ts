import type PdfKit from 'pdfkit';
import { TextSetter, type SetLine, type TextStyle } from './text-setter.ts';

const millimetres = (count: number): number => (count * 72) / 25.4;

/** A4 and its margins, in points; as in shared/print/style.ts. */
export const PAGE = {
  width: millimetres(210),
  height: millimetres(297),
  side: millimetres(18),
  top: millimetres(20),
  bottom: millimetres(22),
} as const;
export const INNER_WIDTH = PAGE.width - 2 * PAGE.side;
const LAST = PAGE.height - PAGE.bottom;

const body = { size: 10 } as const;
const GAP = millimetres(2.5);

interface Column {
  /** Points; together at most the page's inner width. */
  readonly width: number;
  readonly text: string;
  readonly style?: TextStyle;
}

/** Text and tables one below the other, from page to page. */
export class PageFlow {
  readonly #document: InstanceType<typeof PdfKit>;
  readonly #setter: TextSetter;
  #y = PAGE.top;

  constructor(document: InstanceType<typeof PdfKit>) {
    this.#document = document;
    this.#setter = new TextSetter(document);
  }

  /** Points from the top of the page. */
  get y(): number {
    return this.#y;
  }

  newPage(): void {
    this.#document.addPage();
    this.#y = PAGE.top;
  }

  gap(points = GAP): void {
    this.#y += points;
  }

  title(text: string): void {
    this.text(text, { size: 20, weight: 700 });
    this.gap(2);
  }

  /** With a line below it, and never alone at the foot of a page. */
  heading(text: string): void {
    this.#ensure(millimetres(28));
    this.gap(GAP * 1.6);
    this.text(text, { size: 12.5, weight: 700 });
    this.#rule(0.6, '#888');
    this.gap(GAP / 2);
  }

  text(text: string, style: TextStyle = body): void {
    for (const line of this.#setter.lines(text, { ...style, width: INNER_WIDTH })) {
      this.#ensure(line.height);
      this.#setter.draw(line, { x: PAGE.side, y: this.#y, width: INNER_WIDTH });
      this.#y += line.height;
    }
  }

  /** A row of a table; it stays together where it is shorter than a page. */
  row(columns: readonly Column[], rule: { readonly width: number; readonly colour: string } = thin): void {
    const cells = columns.map(({ text, width, style = body }) => ({
      width,
      lines: this.#setter.lines(text, { ...style, width: width - millimetres(3) }),
    }));
    const height = Math.max(...cells.map(({ lines }) => heightOf(lines)));
    this.#ensure(Math.min(height + 6, LAST - PAGE.top));
    this.gap(2);
    this.#cells(cells);
    this.gap(2);
    this.#rule(rule.width, rule.colour);
  }

  /** Lines to write on by hand, side by side. */
  fillIn(labels: readonly string[]): void {
    const space = millimetres(8);
    const width = (INNER_WIDTH - space * (labels.length - 1)) / labels.length;
    this.#ensure(millimetres(26));
    this.gap(millimetres(16));
    labels.forEach((label, index) => {
      const x = PAGE.side + index * (width + space);
      this.#document.moveTo(x, this.#y).lineTo(x + width, this.#y);
      this.#document.lineWidth(0.6).strokeColor('#000').stroke();
      this.#setter
        .lines(label, { size: 8.5, width })
        .forEach((line) => this.#setter.draw(line, { x, y: this.#y + 2, width }));
    });
    this.gap(millimetres(6));
  }

  /** As large as the rest of the page lets it be. */
  picture(bytes: Uint8Array, { below }: { readonly below: number }): void {
    const height = LAST - this.#y - below;
    const fit: [number, number] = [INNER_WIDTH, height];
    this.#document.image(Buffer.from(bytes), PAGE.side, this.#y, { fit, align: 'center' });
    this.#y += height + 4;
  }

  /** In the margin, whatever else is on the page. */
  margin(text: string, place: { readonly y: number; readonly isAtEnd: boolean }): void {
    const style = { size: 8.5, colour: '#444' } as const;
    for (const line of this.#setter.lines(text, { ...style, width: INNER_WIDTH })) {
      const x = place.isAtEnd ? PAGE.side + INNER_WIDTH - line.width : PAGE.side;
      this.#setter.draw(line, { x, y: place.y, width: line.width });
    }
  }

  #cells(cells: readonly { readonly width: number; readonly lines: readonly SetLine[] }[]): void {
    // Row by row of lines, so that a cell longer than a page goes on upon the next one.
    const count = Math.max(...cells.map(({ lines }) => lines.length));
    for (let index = 0; index < count; index += 1) {
      const height = Math.max(...cells.map(({ lines }) => lines[index]?.height ?? 0));
      this.#ensure(height);
      let x = PAGE.side;
      for (const { lines, width } of cells) {
        const line = lines[index];
        const inner = width - millimetres(3);
        if (line !== undefined) {
          const y = this.#y + (height - line.height) / 2;
          this.#setter.draw(line, { x, y, width: inner });
        }
        x += width;
      }
      this.#y += height;
    }
  }

  #ensure(height: number): void {
    if (this.#y + height > LAST) this.newPage();
  }

  #rule(width: number, colour: string): void {
    this.#document.moveTo(PAGE.side, this.#y).lineTo(PAGE.side + INNER_WIDTH, this.#y);
    this.#document.lineWidth(width).strokeColor(colour).stroke();
  }
}

const thin = { width: 0.4, colour: '#bbb' } as const;

function heightOf(lines: readonly SetLine[]): number {
  return lines.reduce((sum, { height }) => sum + height, 0);
}
