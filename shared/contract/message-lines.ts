import { SanadError, type ProblemCatalogue, problemFrom } from './problem.ts';

const messageProblems = {
  message_too_long: {
    kind: 'internal',
    reason: 'A message is longer than the protocol allows.',
    nextAction: 'Update Sanad on this machine so that all its parts have one version.',
  },
  message_malformed: {
    kind: 'internal',
    reason: 'A message does not have the form that the protocol asks for.',
    nextAction: 'Update Sanad on this machine so that all its parts have one version.',
  },
} as const satisfies ProblemCatalogue<string>;

/** A message that breaks the protocol; the connection it came over is to be closed. */
export function messageError(code: keyof typeof messageProblems, cause?: unknown): SanadError {
  return new SanadError(problemFrom(messageProblems, code), { cause });
}

const NEWLINE = 0x0a;

/**
 * Cuts a byte stream into lines of UTF-8 and never holds more than one line's limit of it: how all of Sanad's
 * sockets frame their messages.
 */
export class MessageLines {
  readonly #maxBytes: number;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that this chunk completes, without their newline. */
  push(chunk: Uint8Array): readonly string[] {
    const lines: string[] = [];
    let rest = chunk;
    for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
      this.#keep(rest.subarray(0, end));
      lines.push(this.#takeLine());
      rest = rest.subarray(end + 1);
    }
    this.#keep(rest);
    return lines;
  }

  #keep(bytes: Uint8Array): void {
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes > this.#maxBytes) throw messageError('message_too_long');
    if (bytes.length > 0) this.#pending.push(bytes);
  }

  #takeLine(): string {
    const line = new Uint8Array(this.#pendingBytes);
    let offset = 0;
    for (const part of this.#pending) {
      line.set(part, offset);
      offset += part.length;
    }
    this.#pending = [];
    this.#pendingBytes = 0;
    return this.#decode(line);
  }

  #decode(line: Uint8Array): string {
    try {
      return this.#decoder.decode(line);
    } catch (cause) {
      throw messageError('message_malformed', cause);
    }
  }
}

/** One message of a line. */
export function parseMessage(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw messageError('message_malformed', cause);
  }
}
