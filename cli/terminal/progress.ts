import { faint } from '../answer.ts';
import type { Terminal } from './terminal.ts';

const SILENT_MILLISECONDS = 1000;

/** Says what is going on, once it takes longer than a second. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #timer: NodeJS.Timeout;
  #isQuiet = true;
  #last = '';
  #said = '';

  constructor(terminal: Terminal, first: string) {
    this.#terminal = terminal;
    this.#last = first;
    this.#timer = setTimeout(() => this.#speak(), SILENT_MILLISECONDS);
  }

  note(text: string): void {
    this.#last = text;
    if (!this.#isQuiet) this.#speak();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#isQuiet = true;
  }

  #speak(): void {
    this.#isQuiet = false;
    if (this.#said === this.#last) return;
    this.#said = this.#last;
    this.#terminal.tell([faint(`${this.#last} …`)]);
  }
}

/** Shows what is going on for as long as the work takes. */
export async function withProgress<Result>(
  terminal: Terminal,
  text: string,
  work: (progress: Progress) => Promise<Result>,
): Promise<Result> {
  const progress = new Progress(terminal, text);
  try {
    return await work(progress);
  } finally {
    progress.end();
  }
}
