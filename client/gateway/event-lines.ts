import { gatewayError } from './gateway-problem.ts';

/** A view of a case is a few KiB; what is larger is not one of ours. */
const MAX_EVENT_LENGTH = 512 * 1024;

export interface ServerEvent {
  /** "message" where the gateway named none. */
  readonly type: string;
  readonly data: string;
}

/**
 * Server-sent events out of a stream of bytes (WHATWG HTML section 9.2.6, "Interpreting an event stream"). `id` and
 * `retry` are not used: after a break the whole case is asked for again, and how long to wait is the client's own.
 */
export class EventLines {
  readonly #decoder = new TextDecoder('utf-8');
  #rest = '';
  #type = '';
  #data: string[] = [];
  #length = 0;

  push(chunk: Uint8Array): readonly ServerEvent[] {
    const decoded = this.#decoder.decode(chunk, { stream: true });
    // Only what is new is searched: a line that comes in drips would else cost the square of its length.
    const hasEnd = /[\r\n]/.test(decoded) || this.#rest.endsWith('\r');
    const text = this.#rest + decoded;
    this.#bound(text.length);
    if (!hasEnd) {
      this.#rest = text;
      return [];
    }
    // A CR at the very end may be half of a CRLF.
    const isOpen = text.endsWith('\r');
    const lines = (isOpen ? text.slice(0, -1) : text).split(/\r\n|\n|\r/);
    this.#rest = `${lines.pop() ?? ''}${isOpen ? '\r' : ''}`;
    return lines.flatMap((line) => this.#take(line));
  }

  #take(line: string): readonly ServerEvent[] {
    if (line === '') return this.#dispatch();
    const at = line.indexOf(':');
    const field = at === -1 ? line : line.slice(0, at);
    const value = at === -1 ? '' : line.slice(at + 1).replace(/^ /, '');
    if (field === 'event') this.#type = value;
    if (field === 'data') this.#data.push(value);
    // An empty line of data takes room, too.
    if (field === 'data' || field === 'event') this.#length += value.length + 1;
    this.#bound(0);
    return [];
  }

  /** "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string." */
  #dispatch(): readonly ServerEvent[] {
    const event = { type: this.#type === '' ? 'message' : this.#type, data: this.#data.join('\n') };
    this.#type = '';
    this.#data = [];
    this.#length = 0;
    return event.data === '' ? [] : [event];
  }

  #bound(more: number): void {
    if (this.#length + more > MAX_EVENT_LENGTH) throw gatewayError('gateway_answer_too_large');
  }
}
