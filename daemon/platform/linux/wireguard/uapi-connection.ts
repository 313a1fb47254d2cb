import { connect, type Socket } from 'node:net';
import { platformError } from '../platform-problem.ts';

const ANSWER_DEADLINE_MILLISECONDS = 5000;
/** 10,000 peers answer with 5 MB; Sanad has eight. */
const MAX_ANSWER_CHARACTERS = 1024 * 1024;

interface Waiting {
  readonly answer: (text: string) => void;
  readonly fail: (cause: Error) => void;
}

/**
 * A kept connection to wireguard-go: 0.1 ms an operation instead of 0.8 over a new one. Operations are answered
 * in order. Its end means that the device is gone.
 */
export class UapiConnection {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  #text = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1').on('data', (part: string) => this.#receive(part));
    socket.on('error', () => undefined); // 'close' follows, and it fails whoever waits
    socket.on('close', () => this.#failAll());
  }

  /** Rejects with the system's error when nobody listens there. */
  static open(path: string): Promise<UapiConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(path);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new UapiConnection(socket));
      });
    });
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  onClosed(listener: () => void): void {
    this.#socket.once('close', listener);
  }

  request(operation: string): Promise<string> {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) {
        reject(gone());
        return;
      }
      // One that does not answer in this time is as good as gone, and order is lost without its answer.
      const timer = setTimeout(() => this.close(), ANSWER_DEADLINE_MILLISECONDS);
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        act();
      };
      this.#waiting.push({
        answer: (text) => settle(() => resolve(text)),
        fail: (cause) => settle(() => reject(cause)),
      });
      this.#socket.write(operation, 'latin1');
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(part: string): void {
    this.#text += part;
    if (this.#text.length > MAX_ANSWER_CHARACTERS) this.close();
    for (let end = this.#text.indexOf('\n\n'); end !== -1; end = this.#text.indexOf('\n\n')) {
      const answer = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      this.#waiting.shift()?.answer(answer);
    }
  }

  #failAll(): void {
    this.#text = '';
    for (const waiting of this.#waiting.splice(0)) waiting.fail(gone());
  }
}

function gone(): Error {
  return platformError('read_device_failed', { detail: 'the device is gone' });
}
