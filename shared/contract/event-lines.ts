export interface ServerEvent {
  /** "message" where the gateway named none. */
  readonly type: string;
  readonly data: string;
  /** The last that was given, with this event or before; undefined where there was none. */
  readonly id: string | undefined;
}

export interface EventLimit {
  /** Characters of one event, with its names and line ends. */
  readonly maxLength: number;
  /** What to throw where one is longer. */
  readonly tooLarge: () => Error;
}

/**
 * Server-sent events out of a stream of bytes (WHATWG HTML section 9.2.6, "Interpreting an event stream"). `retry` is
 * not used: how long to wait is the client's own.
 */
export class EventLines {
  readonly #decoder = new TextDecoder('utf-8');
  #rest = '';
  #type = '';
  #data: string[] = [];
  #id: string | undefined;
  #length = 0;
  readonly #limit: EventLimit;

  constructor(limit: EventLimit) {
    this.#limit = limit;
  }

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
    // "If the field value does not contain U+0000 NULL".
    if (field === 'id' && !value.includes('\0')) this.#id = value;
    // An empty line of data takes room, too.
    if (field === 'data' || field === 'event') this.#length += value.length + 1;
    this.#bound(0);
    return [];
  }

  /** "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty string." */
  #dispatch(): readonly ServerEvent[] {
    const type = this.#type === '' ? 'message' : this.#type;
    const event = { type, data: this.#data.join('\n'), id: this.#id };
    this.#type = '';
    this.#data = [];
    this.#length = 0;
    return event.data === '' ? [] : [event];
  }

  #bound(more: number): void {
    if (this.#length + more > this.#limit.maxLength) throw this.#limit.tooLarge();
  }
}
