import type { Duplex } from 'node:stream';
import { EVENTS_CONTENT_TYPE } from '#shared/contract/gateway-contract.ts';
import {
  asProblem,
  mediaTypeOf,
  openStream,
  readAnswer,
  send,
  type Exchange,
  type ExchangeAnswer,
  type Route,
} from './exchange.ts';
import { gatewayError } from './gateway-problem.ts';

interface StreamOptions {
  /** Whoever listens has heard enough: the stream just ends. */
  readonly signal: AbortSignal;
  /** Without a byte for this long the connection counts as lost. */
  readonly quietMilliseconds: number;
  /** Makes the error of an answer that is no stream of events. */
  readonly refuse: (answer: ExchangeAnswer) => Error;
}

/** An answer without an end, as its bytes come. What it has to say before the first of them has the usual time. */
export async function* streamedExchange(
  route: Route,
  message: Exchange,
  { signal, quietMilliseconds, refuse }: StreamOptions,
): AsyncGenerator<Buffer> {
  const patience = new Patience(route.totalMilliseconds);
  const either = AbortSignal.any([signal, patience.signal]);
  let stream: Duplex | undefined;
  try {
    stream = await openStream(route, either);
    const answer = await send(stream, route, message, either);
    if (answer.statusCode !== 200 || mediaTypeOf(answer) !== EVENTS_CONTENT_TYPE) {
      throw refuse(await readAnswer(answer));
    }
    patience.begin(quietMilliseconds);
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      // While the listener works nobody is kept waiting.
      patience.end();
      yield chunk;
      patience.begin(quietMilliseconds);
    }
    // A stream without chunks ends where its connection does, be it cut by ourselves.
    patience.signal.throwIfAborted();
  } catch (cause) {
    if (signal.aborted) return;
    throw patience.signal.aborted ? gatewayError('gateway_timeout', { cause }) : asProblem(cause);
  } finally {
    patience.end();
    stream?.destroy();
  }
}

/** A time limit that can begin anew. */
class Patience {
  readonly #over = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number) {
    this.begin(milliseconds);
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  begin(milliseconds: number): void {
    this.end();
    this.#timer = setTimeout(() => this.#over.abort(), milliseconds);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
