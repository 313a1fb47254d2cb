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
  /** For everything but streams. */
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
  const path = pathOf(row.path, parameters);
  const content = parameters.body === undefined ? {} : { content: JSON.stringify(parameters.body) };
  const { body } = await requestGateway(access, { method: row.method, path, ...content });
  const parsed = row.answer.safeParse(parseJson(body.toString('utf8')));
  if (!parsed.success) throw commandError('gateway_answer_malformed', { cause: parsed.error });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed with this very route's schema
  return parsed.data as GatewayAnswer<R>;
}

/** A route's path with its parameters filled in. */
export function pathOf(
  template: string,
  parameters: { readonly id?: string; readonly document?: string },
): string {
  return template
    .replace(':id', encodeURIComponent(parameters.id ?? ''))
    .replace(':document', encodeURIComponent(parameters.document ?? ''));
}

export interface ReviewerRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly content?: string;
}

/** Sends a signed request and gives what was answered with 200; every other answer as the problem that it tells. */
export async function requestGateway(
  access: ReviewerAccess,
  request: ReviewerRequest,
): Promise<{ readonly body: Buffer }> {
  const signal = AbortSignal.timeout(access.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS);
  const response = await open(access, request, { signal });
  const body = await readWhole(response).catch((error: unknown) => {
    throw unreachable(error);
  });
  // An answer without a length ends where its connection does, be it cut by ourselves.
  if (signal.aborted) throw unreachable(signal.reason);
  if (response.statusCode !== 200) throw problemOf(body.toString('utf8'));
  return { body };
}

/** An answer that has no end; destroyed where nothing comes for too long. */
export async function streamFromGateway(
  access: ReviewerAccess,
  of: { readonly path: string; readonly silenceMilliseconds: number; readonly lastEventId?: string },
): Promise<IncomingMessage> {
  const { path, silenceMilliseconds, lastEventId } = of;
  const fields = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const also = { fields, timeout: silenceMilliseconds };
  const response = await open(access, { method: 'GET', path }, also);
  if (response.statusCode !== 200) {
    throw problemOf((await readWhole(response)).toString('utf8'));
  }
  return response;
}

function open(
  access: ReviewerAccess,
  { method, path, content }: ReviewerRequest,
  {
    fields,
    ...limits
  }: Pick<RequestOptions, 'signal' | 'timeout'> & { readonly fields?: Readonly<Record<string, string>> },
): Promise<IncomingMessage> {
  const target = `${access.origin}${path}`;
  const options: RequestOptions = {
    ...limits,
    method,
    headers: { ...fields, ...signedFields(access.key, method, target, content) },
    agent: false,
  };
  const isTls = target.startsWith('https:');
  const authority = isTls && access.tlsCa !== undefined ? { ca: access.tlsCa } : {};
  return new Promise((resolve, reject) => {
    const request = (isTls ? httpsRequest : httpRequest)(target, { ...options, ...authority }, resolve);
    request.on('timeout', () => {
      request.destroy(new Error('timeout'));
    });
    request.on('error', (error) => {
      reject(unreachable(error));
    });
    request.end(content);
  });
}

function unreachable(cause: unknown): SanadError {
  return cause instanceof SanadError ? cause : commandError('gateway_unreachable', { cause });
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

async function readWhole(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw commandError('gateway_answer_malformed', { detail: 'too large' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
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
