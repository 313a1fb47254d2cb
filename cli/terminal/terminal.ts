import type { Readable, Writable } from 'node:stream';
import pc from 'picocolors';
import type { Line, Tone } from '../answer.ts';
import { Interrupted } from '../cli-problem.ts';

interface TerminalOptions {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Somebody sits there: questions can be asked. */
  readonly isInteractive: boolean;
  readonly hasColours: boolean;
  /** undefined: nobody looks, so that nothing has to fit. */
  readonly columns?: number | undefined;
}

/** Where a command speaks to people and programs. */
export class Terminal {
  readonly stdin: Readable;
  /** Beside the answer: where questions are put. */
  readonly stderr: Writable;
  readonly isInteractive: boolean;
  /** How many columns a line may have. */
  readonly columns: number;
  readonly #options: TerminalOptions;

  constructor(options: TerminalOptions) {
    this.#options = options;
    this.stdin = options.stdin;
    this.stderr = options.stderr;
    this.isInteractive = options.isInteractive;
    this.columns = options.columns ?? 80;
  }

  say(lines: readonly Line[]): void {
    this.#options.stdout.write(this.#render(lines));
  }

  /** Beside the answer: progress, previews, problems. */
  tell(lines: readonly Line[]): void {
    this.#options.stderr.write(this.#render(lines));
  }

  sayJson(document: unknown): void {
    this.#options.stdout.write(`${JSON.stringify(document)}\n`);
  }

  /** Only "y" and "yes" are. An input that ends, breaks or did so before is "no", Ctrl-C is Ctrl-C. */
  async confirm(question: string): Promise<boolean> {
    // Loaded when somebody is asked.
    const [{ createInterface }, { finished }] = await Promise.all([
      import('node:readline'),
      import('node:stream'),
    ]);
    const { stdin: input, stderr: output } = this.#options;
    const reader = createInterface({ input, output, terminal: true });
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    reader.once('SIGINT', () => reject(new Interrupted()));
    reader.once('close', () => resolve('no')).once('error', () => resolve('no'));
    // The reader alone would wait for an end that has been, and for ever for an input that is gone without one.
    const stopWatching = finished(input, { writable: false }, () => resolve('no'));
    reader.question(`${cleaned(question)} [y/N] `, resolve);
    try {
      return /^y(es)?$/i.test((await promise).trim());
    } finally {
      stopWatching();
      reader.close();
    }
  }

  #render(lines: readonly Line[]): string {
    const colours = pc.createColors(this.#options.hasColours);
    const paint: Record<Tone, (text: string) => string> = {
      good: colours.green,
      bad: colours.red,
      strong: colours.bold,
      faint: colours.dim,
    };
    const rendered = lines.map((line) =>
      typeof line === 'string' ? cleaned(line) : paint[line.tone](cleaned(line.text)),
    );
    return rendered.map((line) => `${line}\n`).join('');
  }
}

/**
 * Gateways and reviewers write some of what is shown. Control characters could repaint the terminal, and
 * bidirectional overrides could make a line read as another. Isolates that begin and end in the line stay: they keep a
 * number from running backwards in a line of Urdu, and reach no further.
 */
export function cleaned(text: string): string {
  const plain = text.replace(/[\p{Cc}\u202A-\u202E\u2066\u2067]/gu, '\uFFFD');
  return isBalanced(plain) ? plain : plain.replace(/[\u2068\u2069]/g, '\uFFFD');
}

const ISOLATE = '\u2068';
const ISOLATE_END = '\u2069';

function isBalanced(line: string): boolean {
  let open = 0;
  for (const character of line) {
    if (character === ISOLATE) open += 1;
    if (character === ISOLATE_END) open -= 1;
    if (open < 0) return false;
  }
  return open === 0;
}
