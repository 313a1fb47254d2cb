/**
 * Draws a played story as the terminal shows it, for the README:
 *   script/demo --json | tail -n 1 | node script/lib/picture.ts > docs/picture/demo.svg
 */
import { readFileSync } from 'node:fs';

interface Story {
  readonly story: string;
  readonly ok: boolean;
  readonly steps: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly seen: string;
    readonly ms: number;
  }[];
}

const COLUMNS = 104;
const LINE = 19;
const CHARACTER = 8.1;
const MARGIN = 20;

interface Span {
  readonly text: string;
  readonly colour: string;
}
const plain = '#d6dbe1';
const faint = '#8b95a1';
const good = '#7bd88f';
const bad = '#ff7b72';

function linesOf({ story, steps, ok }: Story): readonly (readonly Span[])[] {
  const end = ok ? 'The story was seen, step by step.' : 'The story was not seen to its end.';
  return [
    [{ text: `$ script/demo${story === 'main' ? '' : ` --story ${story}`}`, colour: plain }],
    ...steps.flatMap((step, index) => [
      [
        { text: step.ok ? '✓' : '✗', colour: step.ok ? good : bad },
        { text: ` ${String(index + 1).padStart(2)} ${step.name}`, colour: plain },
        { text: ` ${step.ms} ms`, colour: faint },
      ],
      ...wrapped(step.seen).map((text) => [{ text: `     ${text}`, colour: faint }]),
    ]),
    [{ text: end, colour: ok ? good : bad }],
  ];
}

function wrapped(text: string): readonly string[] {
  const lines = [''];
  for (const word of text.replace(/\s+/g, ' ').split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (longer.length <= COLUMNS - 6) lines.splice(-1, 1, longer);
    else lines.push(word);
  }
  return lines;
}

function svg(lines: readonly (readonly Span[])[]): string {
  const width = Math.round(COLUMNS * CHARACTER + 2 * MARGIN);
  const height = lines.length * LINE + 2 * MARGIN;
  const rows = lines.map((spans, index) => {
    const texts = spans.map(({ text, colour }) => `<tspan fill="${colour}">${escaped(text)}</tspan>`);
    return `<text x="${MARGIN}" y="${MARGIN + (index + 0.75) * LINE}">${texts.join('')}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
    '  font-family="ui-monospace, DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="13.5" xml:space="preserve">',
    `<rect width="${width}" height="${height}" rx="10" fill="#14181d"/>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

process.stdout.write(svg(linesOf(JSON.parse(readFileSync(0, 'utf8')) as Story)));
