import { request as httpRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { signedFields, type RunningGateway, type Signer } from './running-gateway.ts';

export interface HeardEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Somebody who listens to a gateway's events, as far as they have come. */
export class EventListener {
  readonly heard: HeardEvent[] = [];
  readonly comments: string[] = [];
  readonly response: IncomingMessage;
  hasEnded = false;
  #rest = '';

  private constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      this.#take(chunk);
    });
    response.on('close', () => (this.hasEnded = true));
    // A gateway that is killed resets the connection.
    response.on('error', () => undefined);
  }

  static async open(
    gateway: Pick<RunningGateway, 'origin' | 'port'>,
    of: { readonly path: string; readonly signer: Signer; readonly lastEventId?: string | undefined },
  ): Promise<EventListener> {
    const { path, signer, lastEventId } = of;
    const headers = {
      ...signedFields(gateway, { method: 'GET', path, signer }, undefined),
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    };
    const sent = httpRequest({ host: '127.0.0.1', port: gateway.port, path, headers });
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return new EventListener(response);
  }

  get last(): HeardEvent | undefined {
    return this.heard.at(-1);
  }

  close(): void {
    this.response.destroy();
  }

  #take(chunk: string): void {
    const blocks = (this.#rest + chunk).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => [line.split(':', 1)[0] ?? '', line.replace(/^[a-z]*: ?/, '')]),
      );
      if (!fields.has('event')) this.comments.push(block);
      else {
        const payload = JSON.parse(fields.get('data') ?? '') as HeardEvent['payload'];
        this.heard.push({ event: fields.get('event') ?? '', id: fields.get('id'), payload });
      }
    }
  }
}
