import { EventEmitter, on } from 'node:events';
import type { Socket } from 'node:net';
import {
  DAEMON_PROTOCOL_VERSION,
  daemonMessageSchema,
  daemonMethods,
  MAX_MESSAGE_BYTES,
  type DaemonMessage,
  type DaemonMethod,
  type DaemonParameters,
  type DaemonResult,
} from '#shared/contract/daemon-contract.ts';
import { MessageLines, parseMessage } from '#shared/contract/message-lines.ts';
import { SanadError } from '#shared/contract/problem.ts';
import type { TunnelStatus } from '#shared/tunnel/tunnel-status.ts';
import { within } from '../within.ts';
import { connectSocket } from './connect-socket.ts';
import { daemonError } from './daemon-problem.ts';

const HELLO_MILLISECONDS = 3000;
/** Longest wait for an answer; `refresh` asks every gateway, `connect` resolves names first. */
const ANSWER_MILLISECONDS = 10_000;
const longAnswers: Partial<Record<DaemonMethod, number>> = {
  connect: 30_000,
  disconnect: 30_000,
  refresh: 60_000,
};

type Hello = Extract<DaemonMessage, { readonly hello: unknown }>['hello'];
type Answer = Extract<DaemonMessage, { readonly id: number | null }>;

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface ConnectOptions {
  readonly path: string;
  /** Who speaks, e.g. "sanad 0.1.0". */
  readonly program: string;
}

/** A conversation with the service: its status at every moment, and requests by method. */
export class DaemonConnection {
  readonly #socket: Socket;
  readonly #events = new EventEmitter();
  readonly #pending = new Map<number, Pending>();
  readonly #greeted = Promise.withResolvers<undefined>();
  #hello: Hello | undefined;
  #status: TunnelStatus | undefined;
  #nextId = 1;
  #ended: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const lines = new MessageLines(MAX_MESSAGE_BYTES);
    socket.on('data', (chunk: Buffer) => this.#take(lines, chunk));
    socket.on('error', (cause) => this.#end(daemonError('daemon_lost', { cause })));
    socket.on('close', () => this.#end(daemonError('daemon_lost')));
    // Whoever waits hears of it through `open`; nobody else has to.
    this.#greeted.promise.catch(() => undefined);
  }

  /** Returns after the service's hello and its first status. */
  static async open({ path, program }: ConnectOptions): Promise<DaemonConnection> {
    const connection = new DaemonConnection(await connectSocket(path));
    connection.#send({ hello: { version: DAEMON_PROTOCOL_VERSION, program } });
    try {
      await within(HELLO_MILLISECONDS, connection.#greeted.promise, () => daemonError('daemon_timeout'));
      return connection;
    } catch (cause) {
      connection.close();
      throw cause;
    }
  }

  get hello(): Hello {
    if (this.#hello === undefined) throw daemonError('daemon_lost');
    return this.#hello;
  }

  /** As last heard. */
  get status(): TunnelStatus {
    if (this.#status === undefined) throw daemonError('daemon_lost');
    return this.#status;
  }

  async request<M extends DaemonMethod>(
    method: M,
    parameters: DaemonParameters<M>,
  ): Promise<DaemonResult<M>> {
    if (this.#ended !== undefined) throw this.#ended;
    const id = this.#nextId;
    this.#nextId += 1;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#pending.set(id, { resolve, reject });
    this.#send({ id, method, parameters });
    const milliseconds = longAnswers[method] ?? ANSWER_MILLISECONDS;
    try {
      return checked(method, await within(milliseconds, promise, () => daemonError('daemon_timeout')));
    } finally {
      this.#pending.delete(id);
    }
  }

  /** Every status from now on, in order; throws when the service hangs up. Ends with the signal. */
  async *changes(signal?: AbortSignal): AsyncGenerator<TunnelStatus> {
    if (this.#ended !== undefined) throw this.#ended;
    const options = signal === undefined ? {} : { signal };
    const events: AsyncIterable<readonly TunnelStatus[]> = on(this.#events, 'status', options);
    try {
      for await (const statuses of events) yield* statuses;
    } catch (cause) {
      if (signal?.aborted !== true) throw cause;
    }
  }

  close(): void {
    this.#end(daemonError('daemon_lost'));
    this.#socket.destroy();
  }

  #send(message: unknown): void {
    this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  #take(lines: MessageLines, chunk: Buffer): void {
    try {
      for (const line of lines.push(chunk)) this.#hear(readMessage(line));
    } catch (cause) {
      const error = cause instanceof SanadError ? cause : daemonError('daemon_answer_malformed', { cause });
      this.#end(error);
      this.#socket.destroy();
    }
  }

  #hear(message: DaemonMessage): void {
    if ('hello' in message) this.#greet(message.hello);
    else if ('status' in message) this.#changeStatus(message.status);
    else this.#answer(message);
  }

  #greet(hello: Hello): void {
    if (hello.version !== DAEMON_PROTOCOL_VERSION) throw daemonError('daemon_version_unsupported');
    this.#hello = hello;
  }

  #changeStatus(status: TunnelStatus): void {
    this.#status = status;
    if (this.#hello !== undefined) this.#greeted.resolve(undefined);
    this.#events.emit('status', status);
  }

  #answer(answer: Answer): void {
    if (answer.id === null) {
      // The connection itself is refused.
      if ('problem' in answer) throw new SanadError(answer.problem);
      throw daemonError('daemon_answer_malformed');
    }
    const pending = this.#pending.get(answer.id);
    if ('problem' in answer) pending?.reject(new SanadError(answer.problem));
    else pending?.resolve(answer.result);
  }

  #end(error: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#greeted.reject(error);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    // Without a listener an 'error' event throws.
    if (this.#events.listenerCount('error') > 0) this.#events.emit('error', error);
  }
}

function readMessage(line: string): DaemonMessage {
  const parsed = daemonMessageSchema.safeParse(parseMessage(line));
  if (!parsed.success) throw daemonError('daemon_answer_malformed', { cause: parsed.error });
  return parsed.data;
}

function checked<M extends DaemonMethod>(method: M, result: unknown): DaemonResult<M> {
  const parsed = daemonMethods[method].result.safeParse(result);
  if (!parsed.success) throw daemonError('daemon_answer_malformed', { cause: parsed.error });
  // The row's schema made it, which the type system cannot follow through the generic key.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return parsed.data as DaemonResult<M>;
}
