import { createHash, randomBytes, randomUUID, sign } from 'node:crypto';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import {
  gatewayRoutes,
  problemDocumentSchema,
  type GatewayAnswer,
  type GatewayBody,
} from '#shared/contract/gateway-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { prepareSignature, type RequestToSign } from '#shared/contract/request-signature.ts';
import type { SigningKey } from '../key/key-file.ts';
import { commandError } from './problem.ts';

/** Everything together: an answer in drips is none. */
const TIMEOUT_MILLISECONDS = 15_000;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

export interface ReviewerAccess {
  readonly origin: string;
  readonly key: SigningKey;
  /** PEM: trusted instead of the system's authorities. */
  readonly tlsCa?: string;
  readonly timeoutMilliseconds?: number;
}

type ReviewerRoute = 'caseList' | 'caseShow' | 'caseDecide';

/** Sends a reviewer's signed request and gives the answer in the form of its route. */
export async function askGateway<R extends ReviewerRoute>(
  access: ReviewerAccess,
  route: R,
  parameters: { readonly id?: string; readonly body?: GatewayBody<R> } = {},
): Promise<GatewayAnswer<R>> {
  const row = gatewayRoutes[route];
  const path = row.path.replace(':id', encodeURIComponent(parameters.id ?? ''));
  const body = parameters.body === undefined ? undefined : JSON.stringify(parameters.body);
  const answer = await send(access, row.method, path, body);
  if (answer.status !== 200) throw problemOf(answer.text);
  const parsed = row.answer.safeParse(parseJson(answer.text));
  if (!parsed.success) throw commandError('gateway_answer_malformed', { cause: parsed.error });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed with this very route's schema
  return parsed.data as GatewayAnswer<R>;
}

interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

function send(
  access: ReviewerAccess,
  method: 'GET' | 'POST',
  path: string,
  body: string | undefined,
): Promise<HttpAnswer> {
  const target = `${access.origin}${path}`;
  const options: RequestOptions = {
    method,
    headers: signedFields(access.key, method, target, body),
    signal: AbortSignal.timeout(access.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS),
    agent: false,
  };
  return new Promise((resolve, reject) => {
    const unreachable = (cause: unknown): void => {
      reject(cause instanceof SanadError ? cause : commandError('gateway_unreachable', { cause }));
    };
    const receive = (response: IncomingMessage): void => {
      readText(response).then((text) => {
        resolve({ status: response.statusCode ?? 0, text });
      }, unreachable);
    };
    const request = target.startsWith('https:')
      ? httpsRequest(
          target,
          { ...options, ...(access.tlsCa === undefined ? {} : { ca: access.tlsCa }) },
          receive,
        )
      : httpRequest(target, options, receive);
    request.on('error', unreachable);
    request.end(body);
  });
}

function signedFields(
  key: SigningKey,
  method: 'GET' | 'POST',
  targetUri: string,
  body: string | undefined,
): Record<string, string> {
  const toSign: RequestToSign = {
    method,
    targetUri,
    created: Math.floor(Date.now() / 1000),
    keyId: key.kid,
    nonce: randomBytes(16).toString('base64url'),
    ...(body === undefined ? {} : { content: contentOf(body) }),
  };
  const prepared = prepareSignature(toSign);
  return { ...prepared.fields(sign(null, Buffer.from(prepared.base), key.privateKey).toString('base64')) };
}

function contentOf(body: string): NonNullable<RequestToSign['content']> {
  return { sha256Base64: createHash('sha256').update(body).digest('base64'), idempotencyKey: randomUUID() };
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw commandError('gateway_answer_malformed', { detail: 'too large' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function problemOf(text: string): SanadError {
  const parsed = problemDocumentSchema.safeParse(parseJson(text));
  if (!parsed.success) return commandError('gateway_answer_malformed');
  const { code, detail, next_action } = parsed.data;
  if (!/^[a-z0-9_]{1,64}$/.test(code)) return commandError('gateway_answer_malformed');
  return new SanadError({ kind: 'gateway', code, reason: detail, nextAction: next_action });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema says what is wrong with it.
    return undefined;
  }
}
