import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { nftOptions } from './nft-process.ts';

/** A change of 8,000 networks takes 0.2 s; whoever takes longer than this is stuck. */
const ANSWER_TIMEOUT_MILLISECONDS = 5_000;
const END_TIMEOUT_MILLISECONDS = 1_000;

interface Waiting {
  readonly end: string;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (said: string) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One `nft -i` that is kept: a change costs about 1 ms instead of the 8 to 25 of a new process. A line is a
 * transaction, and nft says nothing about a line that worked. So each is followed by a word that nft does not
 * know: it complains about that one on the same, unbuffered stream, and what it said before is the answer.
 */
export class NftSession {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #gone: Promise<void>;
  #said = '';
  #lines = 0;
  #waiting: Waiting | null = null;
  #failure: Error | null = null;

  constructor(nft: string) {
    this.#child = spawn(nft, ['-i'], nftOptions);
    // Some builds echo what they read; nobody needs it, but a full pipe would stop them.
    this.#child.stdout.resume();
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    this.#child.stdin.on('error', (error) => this.#fail(error));
    this.#gone = new Promise((resolve) => {
      const leave = (error: Error) => {
        this.#fail(error);
        resolve();
      };
      this.#child.on('error', leave).on('close', () => leave(new Error('nft ended')));
    });
  }

  get isUsable(): boolean {
    return this.#failure === null;
  }

  /** What nft said about the line: nothing, when it worked. One at a time. Rejects when nft is of no use. */
  run(line: string): Promise<string> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    if (this.#waiting !== null || line.includes('\n'))
      return Promise.reject(new TypeError('one line at a time'));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#fail(new Error('nft does not answer')),
        ANSWER_TIMEOUT_MILLISECONDS,
      );
      this.#waiting = { end: `sanad_line_${++this.#lines}_ends`, timer, resolve, reject };
      this.#child.stdin.write(`${line}\n${this.#waiting.end}\n`);
    });
  }

  /** Resolves when the process is gone, and with it everything it might still have done. */
  async end(): Promise<void> {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), END_TIMEOUT_MILLISECONDS);
    await this.#gone;
    clearTimeout(timer);
  }

  #hear(text: string): void {
    this.#said += text;
    const waiting = this.#waiting;
    if (waiting === null) return;
    // The complaint: a message, the word itself, and a line that points at it.
    const complaint = new RegExp(`(?:^|\\n)[^\\n]*\\n${waiting.end}\\n *\\^+\\n`).exec(this.#said);
    if (complaint === null) return;
    const said = this.#said.slice(0, complaint.index);
    this.#said = '';
    this.#waiting = null;
    clearTimeout(waiting.timer);
    waiting.resolve(said);
  }

  /** Of no use any more: killed, so that a line it still has in hand is not carried out behind a later one. */
  #fail(error: Error): void {
    this.#failure ??= error;
    this.#child.kill('SIGKILL');
    if (this.#waiting === null) return;
    clearTimeout(this.#waiting.timer);
    this.#waiting.reject(error);
    this.#waiting = null;
  }
}
