import type { ServerResponse } from 'node:http';
import { EVENTS_CONTENT_TYPE } from '#shared/contract/gateway-contract.ts';

/** Beyond this nobody reads any more. */
const MAX_UNREAD_BYTES = 1024 * 1024;
/** What somebody has to take the last event who may have stopped reading. */
const FAREWELL_MILLISECONDS = 3000;

export interface StreamEvent {
  readonly event: string;
  readonly payload: unknown;
  readonly id?: number;
}

export type EndReason = 'shutdown' | 'age' | 'behind';

/** One client's events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export class EventStream {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
    // Nothing but that the client is gone, of which `close` tells; unheard, it would end the process.
    response.on('error', () => undefined);
    response.writeHead(200, {
      'content-type': EVENTS_CONTENT_TYPE,
      'cache-control': 'no-store',
      // nginx and its like would hold events back until a buffer is full.
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    response.flushHeaders();
  }

  get isOpen(): boolean {
    const { writableEnded, destroyed, req } = this.#response;
    // `writable` stays true after the end of a response. One that waits behind another on its connection does not hear of
    // the connection's end.
    return !writableEnded && !destroyed && !req.socket.destroyed;
  }

  /** Not called for what was closed before. */
  onClosed(listener: () => void): void {
    const response = this.#response;
    const { socket } = response.req;
    let isOver = false;
    const heard = () => {
      // The response hears it from the connection, whose own listeners are being called by then.
      if (isOver) return;
      isOver = true;
      response.off('close', heard);
      socket.off('close', heard);
      listener();
    };
    response.once('close', heard);
    socket.once('close', heard);
  }

  /** As one text: whoever reads has to be able to take all of it. */
  send(events: readonly StreamEvent[]): void {
    if (events.length > 0) this.#write(events.map(textOf).join(''));
  }

  heartbeat(): void {
    this.#write(':\n\n');
  }

  end(reason: EndReason): void {
    if (!this.isOpen) return;
    const response = this.#response;
    const farewell = setTimeout(() => response.destroy(), FAREWELL_MILLISECONDS);
    response.once('close', () => {
      clearTimeout(farewell);
    });
    response.end(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`);
  }

  #write(text: string): void {
    if (!this.isOpen) return;
    // Asked of what was written earlier: what is written now waits, corked, until the caller is done.
    if (this.#response.writableLength <= MAX_UNREAD_BYTES) this.#response.write(text);
    // It would have to read all of it first to learn why.
    else this.#response.destroy();
  }
}

function textOf({ event, payload, id }: StreamEvent): string {
  // JSON.stringify writes no line break: the payload is one line.
  const lines = [`event: ${event}`, `data: ${JSON.stringify(payload)}`];
  if (id !== undefined) lines.unshift(`id: ${id}`);
  return `${lines.join('\n')}\n\n`;
}
