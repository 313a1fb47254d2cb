import { createHash, randomBytes, randomUUID, sign, type KeyObject } from 'node:crypto';
import { parseOrigin } from '#shared/contract/anchor-file.ts';
import {
  gatewayRoutes,
  MAX_BODY_BYTES,
  problemDocumentSchema,
  type Anchor,
  type GatewayAnswer,
  type GatewayBodyInput,
  type PlainRoute,
} from '#shared/contract/gateway-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';
import {
  CONTENT_TYPE,
  JWS_CONTENT_TYPE,
  prepareSignature,
  PROBLEM_CONTENT_TYPE,
  type RequestToSign,
} from '#shared/contract/request-signature.ts';
import { exchange, type ExchangeAnswer, type Route } from './exchange.ts';
import { gatewayError } from './gateway-problem.ts';

const CONNECT_MILLISECONDS = 10_000;
const TOTAL_MILLISECONDS = 20_000;

/** Who signs the requests: a device, by the key from its keychain. */
export interface RequestSigner {
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

interface GatewayClientOptions {
  readonly anchor: Anchor;
  readonly relaySocket: string;
  readonly signer: RequestSigner;
  /** Seconds since the epoch. */
  readonly now: () => number;
  readonly connectMilliseconds?: number;
  readonly totalMilliseconds?: number;
}

interface AskOptions<R extends PlainRoute> {
  /** In place of `:id` in the route's path. */
  readonly id?: string;
  readonly body?: GatewayBodyInput<R>;
  /** The same for every retry of the same intent. */
  readonly idempotencyKey?: string;
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
    const { method, path: template, signedBy } = gatewayRoutes[route];
    const path = template.replace(':id', encodeURIComponent(options.id ?? ''));
    const body = options.body === undefined ? undefined : Buffer.from(JSON.stringify(options.body));
    if (body !== undefined && body.length > MAX_BODY_BYTES) throw gatewayError('gateway_answer_too_large');
    const idempotencyKey = options.idempotencyKey ?? randomUUID();
    const headers = signedBy === 'nobody' ? {} : this.#sign({ method, path, body, idempotencyKey });
    return readAnswer(route, await exchange(this.#route, { method, path, headers, body }));
  }

  #sign(message: {
    readonly method: 'GET' | 'POST';
    readonly path: string;
    readonly body: Buffer | undefined;
    readonly idempotencyKey: string;
  }): Readonly<Record<string, string>> {
    const { signer, now } = this.#options;
    const content = message.body === undefined ? undefined : contentOf(message.body, message.idempotencyKey);
    const prepared = prepareSignature({
      method: message.method,
      targetUri: `${this.#route.origin.text}${message.path}`,
      ...(content === undefined ? {} : { content }),
      created: now(),
      keyId: signer.keyId,
      nonce: randomBytes(16).toString('base64url'),
    });
    return prepared.fields(sign(null, Buffer.from(prepared.base), signer.privateKey).toString('base64'));
  }
}

function contentOf(body: Buffer, idempotencyKey: string): NonNullable<RequestToSign['content']> {
  return { sha256Base64: createHash('sha256').update(body).digest('base64'), idempotencyKey };
}

function readAnswer<R extends PlainRoute>(route: R, answer: ExchangeAnswer): GatewayAnswer<R> {
  if (answer.status < 200 || answer.status > 299) throw refusalOf(answer);
  const schema = gatewayRoutes[route].answer;
  const value: unknown = schema === null ? jwsOf(answer) : schema.safeParse(jsonOf(answer)).data;
  if (value === undefined) throw gatewayError('gateway_answer_malformed');
  // The row's schema made it, which the type system cannot follow through the generic key.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return value as GatewayAnswer<R>;
}

function jwsOf({ contentType, body }: ExchangeAnswer): string | undefined {
  return contentType === JWS_CONTENT_TYPE ? body.toString('latin1') : undefined;
}

function jsonOf(answer: ExchangeAnswer): unknown {
  return answer.contentType === CONTENT_TYPE ? parseJson(answer) : undefined;
}

/** RFC 9457. Its words are the gateway's: shown as such, and only as long as a sentence. */
function refusalOf(answer: ExchangeAnswer): SanadError {
  const isProblem = answer.contentType === PROBLEM_CONTENT_TYPE;
  const parsed = problemDocumentSchema.safeParse(isProblem ? parseJson(answer) : undefined);
  if (!parsed.success || !/^[a-z0-9_]{1,64}$/.test(parsed.data.code)) {
    return gatewayError('gateway_answer_status', { detail: `HTTP status ${answer.status}` });
  }
  const { code, detail, next_action: nextAction } = parsed.data;
  return new SanadError({
    kind: 'gateway',
    code,
    reason: `The gateway says: ${detail.slice(0, 2000)}`,
    nextAction: `The gateway advises: ${nextAction.slice(0, 2000)}`,
  });
}

function parseJson({ body }: ExchangeAnswer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw gatewayError('gateway_answer_malformed', { cause });
  }
}
