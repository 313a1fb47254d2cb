import { createHash, randomBytes, randomUUID, sign, type KeyObject } from 'node:crypto';
import { parseOrigin } from '#shared/contract/anchor-file.ts';
import {
  EVENTS_CONTENT_TYPE,
  EVENTS_HEARTBEAT_SECONDS,
  gatewayRoutes,
  MAX_BODY_BYTES,
  PART_CONTENT_TYPE,
  type Anchor,
  type DocumentContent,
  type EventRoute,
  type GatewayAnswer,
  type GatewayBodyInput,
  type GatewayRoute,
  type PlainRoute,
} from '#shared/contract/gateway-contract.ts';
import { EventLines, type ServerEvent } from '#shared/contract/event-lines.ts';
import { CONTENT_TYPE, prepareSignature, type RequestToSign } from '#shared/contract/request-signature.ts';
import { exchange, type Exchange, type Route } from './exchange.ts';
import { gatewayError } from './gateway-problem.ts';
import { readPlainAnswer, refusalOf } from './read-answer.ts';
import { streamedExchange } from './streamed-exchange.ts';

const CONNECT_MILLISECONDS = 10_000;
const TOTAL_MILLISECONDS = 20_000;
/** What a document may take longer: the slowest mobile network that still gets it through. */
const SLOWEST_BYTES_PER_SECOND = 16 * 1024;
/** Three heartbeats missed. */
const QUIET_MILLISECONDS = 3 * EVENTS_HEARTBEAT_SECONDS * 1000;
/** A view of a case is a few KiB; what is larger is not one of ours. */
const MAX_EVENT_LENGTH = 512 * 1024;
const eventTooLarge = (): Error => gatewayError('gateway_answer_too_large');

/** Who signs the requests: a device, by the key from its keychain. */
export interface RequestSigner {
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

export interface GatewayClientOptions {
  readonly anchor: Anchor;
  readonly relaySocket: string;
  /** Without one, only what is public can be asked for. */
  readonly signer?: RequestSigner;
  /** Seconds since the epoch. */
  readonly now: () => number;
  readonly connectMilliseconds?: number;
  readonly totalMilliseconds?: number;
  readonly quietMilliseconds?: number;
}

/** What stands in place of `:name` in a route's path. */
interface PathParameters {
  readonly id?: string;
  readonly document?: string;
  readonly kind?: string;
  readonly profile?: string;
  readonly upload?: string;
  readonly offset?: string;
}

interface AskOptions<R extends PlainRoute> extends PathParameters {
  readonly body?: GatewayBodyInput<R>;
  /** The same for every retry of the same intent. */
  readonly idempotencyKey?: string;
}

interface AddDocumentOptions extends PathParameters {
  readonly content: DocumentContent;
  readonly idempotencyKey: string;
}

interface UploadPartOptions {
  readonly id: string;
  readonly upload: string;
  /** Where in the document it begins. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly idempotencyKey: string;
}

interface Body {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly idempotencyKey: string;
}

/** One gateway, asked through the relay. What it answers is checked for form here and for truth by the caller. */
export class GatewayClient {
  readonly #options: GatewayClientOptions;
  readonly #route: Route;

  constructor(options: GatewayClientOptions) {
    this.#options = options;
    this.#route = {
      relaySocket: options.relaySocket,
      origin: parseOrigin(options.anchor.origin),
      tlsCa: options.anchor.tls_ca,
      connectMilliseconds: options.connectMilliseconds ?? CONNECT_MILLISECONDS,
      totalMilliseconds: options.totalMilliseconds ?? TOTAL_MILLISECONDS,
    };
  }

  async ask<R extends PlainRoute>(route: R, options: AskOptions<R> = {}): Promise<GatewayAnswer<R>> {
    const bytes = options.body === undefined ? undefined : Buffer.from(JSON.stringify(options.body));
    if (bytes !== undefined && bytes.length > MAX_BODY_BYTES) throw gatewayError('gateway_request_too_large');
    const { idempotencyKey = randomUUID() } = options;
    const body = bytes === undefined ? undefined : { bytes, contentType: CONTENT_TYPE, idempotencyKey };
    const answer = await exchange(this.#route, this.#request(route, options, body));
    // The row's schema made it, which the type system cannot follow through the generic key.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return readPlainAnswer(route, answer) as GatewayAnswer<R>;
  }

  async addDocument(options: AddDocumentOptions): Promise<GatewayAnswer<'documentAdd'>> {
    const { content, idempotencyKey } = options;
    const body = { bytes: Buffer.from(content.bytes), contentType: content.contentType, idempotencyKey };
    return await this.#send('documentAdd', options, body);
  }

  async uploadPart(options: UploadPartOptions): Promise<GatewayAnswer<'uploadPart'>> {
    const { id, upload, offset, idempotencyKey } = options;
    const body = { bytes: Buffer.from(options.bytes), contentType: PART_CONTENT_TYPE, idempotencyKey };
    return await this.#send('uploadPart', { id, upload, offset: String(offset) }, body);
  }

  /** Bytes, with the time that they take over a slow line. */
  async #send<R extends 'documentAdd' | 'uploadPart'>(
    name: R,
    parameters: PathParameters,
    body: Body,
  ): Promise<GatewayAnswer<R>> {
    const longer = Math.ceil((body.bytes.length / SLOWEST_BYTES_PER_SECOND) * 1000);
    const route = { ...this.#route, totalMilliseconds: this.#route.totalMilliseconds + longer };
    const answer = await exchange(route, this.#request(name, parameters, body));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as in `ask`
    return readPlainAnswer(name, answer) as GatewayAnswer<R>;
  }

  /** Events as they come, until the gateway or the signal ends them. Throws when the connection is lost. */
  async *events(
    route: EventRoute,
    options: PathParameters & { readonly signal: AbortSignal },
  ): AsyncGenerator<ServerEvent> {
    const { signal } = options;
    const lines = new EventLines({ maxLength: MAX_EVENT_LENGTH, tooLarge: eventTooLarge });
    const message = { ...this.#request(route, options, undefined), accept: EVENTS_CONTENT_TYPE };
    const quietMilliseconds = this.#options.quietMilliseconds ?? QUIET_MILLISECONDS;
    const listening = { signal, quietMilliseconds, refuse: refusalOf };
    for await (const chunk of streamedExchange(this.#route, message, listening)) yield* lines.push(chunk);
  }

  #request(route: GatewayRoute, parameters: PathParameters, body: Body | undefined): Exchange {
    const { method, path: template, signedBy } = gatewayRoutes[route];
    const path = template.replace(
      /:(id|document|kind|profile|upload|offset)\b/g,
      (_, name: keyof PathParameters) => encodeURIComponent(parameters[name] ?? ''),
    );
    const headers = signedBy === 'nobody' ? {} : this.#sign({ method, path, body });
    return { method, path, headers, body: body?.bytes };
  }

  #sign(message: {
    readonly method: 'GET' | 'POST';
    readonly path: string;
    readonly body: Body | undefined;
  }): Readonly<Record<string, string>> {
    const { signer, now } = this.#options;
    if (signer === undefined) throw new Error(`nobody signs ${message.path}`);
    const prepared = prepareSignature({
      method: message.method,
      targetUri: `${this.#route.origin.text}${message.path}`,
      ...(message.body === undefined ? {} : { content: contentOf(message.body) }),
      created: now(),
      keyId: signer.keyId,
      nonce: randomBytes(16).toString('base64url'),
    });
    return prepared.fields(sign(null, Buffer.from(prepared.base), signer.privateKey).toString('base64'));
  }
}

function contentOf({ bytes, ...rest }: Body): NonNullable<RequestToSign['content']> {
  return { sha256Base64: createHash('sha256').update(bytes).digest('base64'), ...rest };
}
