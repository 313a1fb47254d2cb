import type { ServerResponse } from 'node:http';
import { EVENTS_CONTENT_TYPE } from '#shared/contract/gateway-contract.ts';

/** Beyond this nobody reads any more. */
const MAX_UNREAD_BYTES = 1024 * 1024;

export type EndReason = 'shutdown' | 'age' | 'behind';

/** One client's events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export class EventStream {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
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
    return this.#response.writable;
  }

  onClosed(listener: () => void): void {
    this.#response.once('close', listener);
  }

  send(event: string, payload: unknown, id?: number): void {
    // JSON.stringify writes no line break: the payload is one line.
    const lines = [`event: ${event}`, `data: ${JSON.stringify(payload)}`];
    if (id !== undefined) lines.unshift(`id: ${id}`);
    this.#write(`${lines.join('\n')}\n\n`);
  }

  heartbeat(): void {
    this.#write(':\n\n');
  }

  end(reason: EndReason): void {
    if (this.isOpen) this.#response.end(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`);
  }

  #write(text: string): void {
    if (!this.isOpen) return;
    this.#response.write(text);
    if (this.#response.writableLength <= MAX_UNREAD_BYTES) return;
    // It would have to read all of it first to learn why.
    this.#response.destroy();
  }
}
