import type { Socket } from 'node:net';
import {
  clientHelloSchema,
  DAEMON_PROTOCOL_VERSION,
  MAX_MESSAGE_BYTES,
  requestSchema,
  type DaemonMessage,
} from '#shared/contract/daemon-contract.ts';
import { messageError, MessageLines, parseMessage } from '#shared/contract/message-lines.ts';
import type { Problem } from '#shared/contract/problem.ts';
import type { TunnelStatus } from '#shared/tunnel/tunnel-status.ts';
import { describeCause, type Log } from './log.ts';
import { problemOf, serviceError } from './service-problem.ts';

/** Whoever does not say hello in this time wants something else. */
const HELLO_MILLISECONDS = 5000;
/** Requests that are being answered at once; further ones wait in the kernel's buffer. */
const MAX_CONCURRENT_REQUESTS = 8;
/** Whoever does not read what was written is dropped. */
const MAX_UNREAD_BYTES = 1024 * 1024;

export interface Peer {
  /** The daemon's hello. */
  readonly hello: Extract<DaemonMessage, { readonly hello: unknown }>;
  /** Answers a request. What it throws is told as its problem. */
  readonly answer: (method: string, parameters: unknown) => Promise<unknown>;
  /** Shows the snapshot at once and every status after it, until the returned function is called. */
  readonly subscribe: (show: (status: TunnelStatus) => void) => Promise<() => void>;
  readonly log: Log;
}

/** One conversation over one socket: lines in, lines out, both bounded. */
export class Connection {
  readonly #socket: Socket;
  readonly #peer: Peer;
  readonly #lines = new MessageLines(MAX_MESSAGE_BYTES);
  readonly #waiting: string[] = [];
  readonly #helloTimer: NodeJS.Timeout;
  #isGreeted = false;
  #running = 0;
  #unsubscribe: (() => void) | null = null;

  constructor(socket: Socket, peer: Peer) {
    this.#socket = socket;
    this.#peer = peer;
    this.#helloTimer = setTimeout(() => socket.destroy(), HELLO_MILLISECONDS);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', () => undefined); // 'close' follows; a client that goes is no event
    socket.on('close', () => this.#closed());
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    try {
      this.#waiting.push(...this.#lines.push(chunk));
      this.#work();
    } catch (cause) {
      this.#refuse(cause);
    }
  }

  /** Answers what waits, a few at a time; the rest is not even read from the socket. */
  #work(): void {
    while (this.#running < MAX_CONCURRENT_REQUESTS) {
      const line = this.#waiting.shift();
      if (line === undefined) break;
      this.#hear(line);
    }
    if (this.#waiting.length > 0) this.#socket.pause();
    else this.#socket.resume();
  }

  #hear(line: string): void {
    if (!this.#isGreeted) {
      this.#greet(parseMessage(line));
      return;
    }
    const request = requestSchema.safeParse(parseMessage(line));
    if (!request.success) throw messageError('message_malformed', request.error);
    const { id, method, parameters } = request.data;
    this.#running += 1;
    void this.#answer(id, method, parameters).finally(() => this.#answered());
  }

  #greet(message: unknown): void {
    const parsed = clientHelloSchema.safeParse(message);
    if (!parsed.success) throw messageError('message_malformed', parsed.error);
    if (parsed.data.hello.version !== DAEMON_PROTOCOL_VERSION) throw serviceError('version_unsupported');
    clearTimeout(this.#helloTimer);
    this.#isGreeted = true;
    this.#write(this.#peer.hello);
    this.#running += 1;
    void this.#subscribe().finally(() => this.#answered());
  }

  async #subscribe(): Promise<void> {
    const unsubscribe = await this.#peer.subscribe((status) => this.#write({ status }));
    if (this.#socket.destroyed) unsubscribe();
    else this.#unsubscribe = unsubscribe;
  }

  async #answer(id: number, method: string, parameters: unknown): Promise<void> {
    try {
      this.#write({ id, result: await this.#peer.answer(method, parameters) });
    } catch (cause) {
      this.#write({ id, problem: this.#told(cause) });
    }
  }

  #answered(): void {
    this.#running -= 1;
    if (this.#socket.destroyed) return;
    try {
      this.#work();
    } catch (cause) {
      this.#refuse(cause);
    }
  }

  /** The conversation itself is wrong: it is said, and ended. */
  #refuse(cause: unknown): void {
    this.#waiting.length = 0;
    this.#socket.removeAllListeners('data').resume();
    this.#write({ id: null, problem: this.#told(cause) });
    this.#socket.destroySoon();
  }

  #told(cause: unknown): Problem {
    const problem = problemOf(cause);
    if (problem.kind === 'internal') this.#peer.log({ event: 'requestFailed', ...describeCause(cause) });
    return problem;
  }

  #write(message: DaemonMessage): void {
    if (this.#socket.destroyed || !this.#socket.writable) return;
    this.#socket.write(`${JSON.stringify(message)}\n`);
    if (this.#socket.writableLength > MAX_UNREAD_BYTES) this.#socket.destroy();
  }

  #closed(): void {
    clearTimeout(this.#helloTimer);
    this.#waiting.length = 0;
    this.#unsubscribe?.();
    this.#unsubscribe = null;
  }
}
