import { request, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import { isIP } from 'node:net';
import type { Origin } from '#shared/contract/anchor-file.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { gatewayError } from './gateway-problem.ts';
import { openRelay } from './open-relay.ts';

/** A certificate with a status list of 4 Mi entries and a key set fits. */
const MAX_ANSWER_BYTES = 2 * 1024 * 1024;
const ACCEPTED = 'application/json, application/problem+json, application/jwt';

export interface Route {
  readonly relaySocket: string;
  readonly origin: Origin;
  /** PEM: the only authority accepted. undefined: the system's. */
  readonly tlsCa: string | undefined;
  readonly connectMilliseconds: number;
  /** Everything together. */
  readonly totalMilliseconds: number;
}

export interface Exchange {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  /** JSON, JWS or a problem where nothing else is said. */
  readonly accept?: string;
}

export interface ExchangeAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** One HTTP exchange with a gateway over a connection of its own. Always ends within its time. */
export async function exchange(route: Route, message: Exchange): Promise<ExchangeAnswer> {
  const signal = AbortSignal.timeout(route.totalMilliseconds);
  try {
    const stream = await openStream(route, signal);
    try {
      const answer = await readAnswer(await send(stream, route, message, signal));
      // An answer without a length ends where its connection does, be it cut by ourselves.
      signal.throwIfAborted();
      return answer;
    } finally {
      stream.destroy();
    }
  } catch (cause) {
    if (signal.aborted) throw gatewayError('gateway_timeout', { cause });
    throw asProblem(cause);
  }
}

/** Relay and TLS, in their share of the time. */
export async function openStream(route: Route, whole: AbortSignal): Promise<Duplex> {
  const late = new AbortController();
  // Cleared below: once connected, only the whole exchange's time counts.
  const timer = setTimeout(() => late.abort(), route.connectMilliseconds);
  const signal = AbortSignal.any([whole, late.signal]);
  const { relaySocket: path, origin } = route;
  try {
    const socket = await openRelay({ path, origin, signal });
    return origin.scheme === 'https' ? await secure(socket, route, signal) : socket;
  } catch (cause) {
    throw signal.aborted ? gatewayError('gateway_timeout', { cause }) : cause;
  } finally {
    clearTimeout(timer);
  }
}

function secure(socket: Duplex, { origin, tlsCa }: Route, signal: AbortSignal): Promise<Duplex> {
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  const stream = tlsConnect({
    socket,
    // RFC 6066 section 3: no addresses in server_name. `host` is what the certificate is checked against.
    ...(isIP(origin.host) === 0 ? { servername: origin.host } : {}),
    host: origin.host,
    minVersion: 'TLSv1.2',
    ...(tlsCa === undefined ? {} : { ca: tlsCa }),
  });
  signal.addEventListener('abort', () => stream.destroy(gatewayError('gateway_timeout')), { once: true });
  stream.once('secureConnect', () => resolve(stream)).on('error', reject);
  return promise;
}

export function send(
  stream: Duplex,
  { origin }: Route,
  { method, path, headers, body, accept = ACCEPTED }: Exchange,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request({
      createConnection: () => stream,
      method,
      path,
      headers: {
        ...headers,
        host: new URL(origin.text).host,
        accept,
        'accept-encoding': 'identity',
        connection: 'close',
        ...(body === undefined ? {} : { 'content-length': body.length }),
      },
      signal,
    });
    sent.once('response', resolve).once('error', reject).end(body);
  });
}

export async function readAnswer(answer: IncomingMessage): Promise<ExchangeAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw gatewayError('gateway_answer_too_large');
    chunks.push(chunk);
  }
  return {
    status: answer.statusCode ?? 0,
    contentType: mediaTypeOf(answer),
    body: Buffer.concat(chunks),
  };
}

export function mediaTypeOf({ headers }: IncomingMessage): string {
  return ((headers['content-type'] ?? '').split(';')[0] ?? '').trim();
}

export function asProblem(cause: unknown): SanadError {
  if (cause instanceof SanadError) return cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  const isTls = /^ERR_(TLS|SSL)_|CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(code);
  return gatewayError(isTls ? 'gateway_tls_untrusted' : 'gateway_unreachable', { detail: code, cause });
}
