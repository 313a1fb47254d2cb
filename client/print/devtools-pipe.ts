import type { Readable, Writable } from 'node:stream';
import * as z from 'zod';
import { printError } from './print-problem.ts';

const answerSchema = z.object({
  id: z.int().optional(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
});

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The DevTools protocol over two pipes, as `--remote-debugging-pipe` speaks it: JSON messages, each ended by a zero
 * byte. No port is opened that others on the machine could reach; and when our end closes, the browser ends.
 */
export class DevToolsPipe {
  readonly #requests: Writable;
  readonly #waiting = new Map<number, Waiting>();
  #pieces: Buffer[] = [];
  #last = 0;
  #failure: Error | undefined;

  constructor(options: { readonly requests: Writable; readonly answers: Readable }) {
    this.#requests = options.requests;
    options.answers.on('data', (piece: Buffer) => this.#take(piece));
    for (const stream of [options.requests, options.answers]) {
      stream.on('error', () => this.fail(printError('browser_unusable')));
    }
    options.answers.on('close', () => this.fail(printError('browser_unusable')));
  }

  /** Asks for one thing. With a session: of that page, else of the browser. */
  async ask(method: string, parameters: object, sessionId?: string): Promise<unknown> {
    if (this.#failure !== undefined) throw this.#failure;
    const id = ++this.#last;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { resolve, reject });
    const session = sessionId === undefined ? {} : { sessionId };
    this.#requests.write(`${JSON.stringify({ id, method, params: parameters, ...session })}\0`);
    return await promise;
  }

  /** Nothing will be answered any more. */
  fail(error: Error): void {
    this.#failure ??= error;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(this.#failure);
  }

  #take(piece: Buffer): void {
    let rest = piece;
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
      this.#pieces.push(rest.subarray(0, end));
      const text = Buffer.concat(this.#pieces).toString('utf8');
      this.#pieces = [];
      this.#hear(text);
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) this.#pieces.push(rest);
  }

  #hear(text: string): void {
    const answer = readAnswer(text);
    if (answer === undefined) return this.fail(printError('browser_unusable', 'not the DevTools protocol'));
    // Without an identifier it is an event; none is waited for.
    if (answer.id === undefined) return;
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    // Its words may quote the page.
    if (answer.error !== undefined) waiting?.reject(printError('print_failed'));
    else waiting?.resolve(answer.result);
  }
}

function readAnswer(text: string): z.infer<typeof answerSchema> | undefined {
  try {
    return answerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
