import { connect, type Socket } from 'node:net';
import {
  fetchMessageSchema,
  fetchMethods,
  FETCH_TIMEOUT_MILLISECONDS,
  MAX_FETCH_ANSWER_BYTES,
  type FetchMessage,
  type FetchMethod,
  type FetchParameters,
  type FetchResult,
} from '#shared/contract/fetch-contract.ts';
import { MessageLines, parseMessage } from '#shared/contract/message-lines.ts';
import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';
import type { Fetcher } from '../port/fetcher.ts';

const fetcherProblems = {
  fetcher_unreachable: {
    kind: 'daemon',
    reason: 'The service that fetches for Sanad (sanad-fetch) cannot be reached.',
    nextAction: 'As the administrator, start it: systemctl start sanad-fetch',
  },
  fetcher_silent: {
    kind: 'daemon',
    reason: 'The service that fetches for Sanad (sanad-fetch) did not answer in time.',
    nextAction: 'As the administrator, restart it: systemctl restart sanad-fetch',
  },
  fetcher_answer_malformed: {
    kind: 'internal',
    reason: 'The service that fetches for Sanad (sanad-fetch) answered something else than was asked.',
    nextAction: 'Update Sanad on this machine so that all its parts have one version.',
  },
} as const satisfies ProblemCatalogue<string>;

type FetcherProblemCode = keyof typeof fetcherProblems;
/** The fetcher ends its own work in time; this is for one that hangs. */
const ANSWER_DEADLINE_MILLISECONDS = FETCH_TIMEOUT_MILLISECONDS + 2000;

interface Waiting {
  readonly answer: (result: unknown) => void;
  readonly fail: (cause: Error) => void;
}

/** Speaks to sanad-fetch over its socket; connects when something is asked and after every loss. */
export class FetcherSocket implements Fetcher {
  readonly #path: string;
  readonly #waiting = new Map<number, Waiting>();
  #socket: Socket | null = null;
  #nextId = 1;

  constructor(path: string) {
    this.#path = path;
  }

  async get(uri: string, maxBytes: number): Promise<string> {
    return (await this.#ask('get', { uri, maxBytes })).body;
  }

  async resolve(host: string, nameServers: readonly string[] = []): Promise<readonly string[]> {
    const parameters = nameServers.length === 0 ? { host } : { host, nameServers: [...nameServers] };
    return (await this.#ask('resolve', parameters)).addresses;
  }

  async resolveOrigins(): Promise<FetchResult<'resolveOrigins'>['origins']> {
    return (await this.#ask('resolveOrigins', {})).origins;
  }

  close(): void {
    this.#socket?.destroy();
  }

  async #ask<M extends FetchMethod>(method: M, parameters: FetchParameters<M>): Promise<FetchResult<M>> {
    const result = await this.#request(method, parameters);
    const parsed = fetchMethods[method].result.safeParse(result);
    if (!parsed.success) throw fetcherError('fetcher_answer_malformed', parsed.error);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema of that very method has just read it
    return parsed.data as FetchResult<M>;
  }

  #request(method: FetchMethod, parameters: object): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#fail(id, fetcherError('fetcher_silent')),
        ANSWER_DEADLINE_MILLISECONDS,
      );
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        act();
      };
      this.#waiting.set(id, {
        answer: (result) => settle(() => resolve(result)),
        fail: (cause) => settle(() => reject(cause)),
      });
      this.#connection().write(`${JSON.stringify({ id, method, parameters })}\n`);
    });
  }

  #connection(): Socket {
    if (this.#socket !== null) return this.#socket;
    const socket = connect(this.#path);
    const lines = new MessageLines(MAX_FETCH_ANSWER_BYTES);
    this.#socket = socket;
    let cause: unknown;
    socket.on('error', (error) => (cause = error)); // 'close' follows
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const line of lines.push(chunk)) this.#receive(line);
      } catch (error) {
        socket.destroy(error instanceof Error ? error : undefined);
      }
    });
    socket.on('close', () => {
      this.#socket = null;
      const code = cause instanceof SanadError ? 'fetcher_answer_malformed' : 'fetcher_unreachable';
      for (const id of this.#waiting.keys()) this.#fail(id, fetcherError(code, cause));
    });
    return socket;
  }

  #receive(line: string): void {
    const parsed = fetchMessageSchema.safeParse(parseMessage(line));
    if (!parsed.success) throw fetcherError('fetcher_answer_malformed', parsed.error);
    const message: FetchMessage = parsed.data;
    if ('result' in message) this.#waiting.get(message.id)?.answer(message.result);
    else if (message.id === null) throw new SanadError(message.problem);
    else this.#fail(message.id, new SanadError(message.problem));
  }

  #fail(id: number, cause: Error): void {
    this.#waiting.get(id)?.fail(cause);
  }
}

function fetcherError(code: FetcherProblemCode, cause?: unknown): SanadError {
  return new SanadError(problemFrom(fetcherProblems, code), { cause });
}
