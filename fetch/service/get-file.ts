import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { SanadError } from '#shared/contract/problem.ts';
import type { AnchoredOrigin, AnchoredOrigins } from '../origin/anchored-origins.ts';
import { pinnedLookup } from '../origin/pinned-lookup.ts';
import { fetchError } from '../problems.ts';

/** Compact JWS (RFC 7515 section 7.1): base64url and dots. Anything else need not reach the daemon. */
const compactJws = /^[A-Za-z0-9_.-]+\s{0,2}$/;

interface FileToGet {
  readonly uri: string;
  readonly maxBytes: number;
  readonly origins: AnchoredOrigins;
  /** For everything together: name, connection, TLS, answer. */
  readonly timeoutMilliseconds: number;
}

/** GET of a signed public file from an anchored origin: whole, in time, no larger than asked for, or not at all. */
export async function getFile({ uri, maxBytes, origins, timeoutMilliseconds }: FileToGet): Promise<string> {
  const url = new URL(uri);
  if (url.username !== '' || url.password !== '') throw fetchError('origin_not_anchored');
  const signal = AbortSignal.timeout(timeoutMilliseconds);
  try {
    const origin = await origins.find(url.origin);
    const addresses = await origins.addressesOf(origin);
    const answer = await answerOf(startRequest({ url, origin, addresses, signal }));
    return await bodyOf(answer, maxBytes);
  } catch (cause) {
    throw cause instanceof SanadError ? cause : problemOf(cause, signal);
  }
}

interface RequestToStart {
  readonly url: URL;
  readonly origin: AnchoredOrigin;
  readonly addresses: readonly string[];
  readonly signal: AbortSignal;
}

function startRequest({ url, origin, addresses, signal }: RequestToStart): ClientRequest {
  const options: RequestOptions = {
    // One connection a request: a kept one could outlive the addresses that the firewall knows.
    agent: false,
    lookup: pinnedLookup(addresses),
    headers: { accept: '*/*', 'accept-encoding': 'identity' },
    signal,
    ...(origin.tlsCa === undefined ? {} : { ca: origin.tlsCa }),
  };
  return (origin.scheme === 'https' ? httpsRequest : httpRequest)(url, options).end();
}

function answerOf(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
  });
}

async function bodyOf(answer: IncomingMessage, maxBytes: number): Promise<string> {
  try {
    requireWanted(answer, maxBytes);
    const body = (await collect(answer, maxBytes)).toString('latin1');
    if (!compactJws.test(body)) throw fetchError('gateway_answer_malformed');
    return body;
  } finally {
    answer.destroy();
  }
}

function requireWanted({ statusCode = 0, headers }: IncomingMessage, maxBytes: number): void {
  if (statusCode >= 300 && statusCode < 400) throw fetchError('gateway_answer_redirect');
  if (statusCode !== 200) throw fetchError('gateway_answer_status', { detail: `HTTP status ${statusCode}` });
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw fetchError('gateway_answer_encoded');
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw fetchError('gateway_answer_too_large');
}

async function collect(answer: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw fetchError('gateway_answer_too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function problemOf(cause: unknown, signal: AbortSignal): SanadError {
  if (signal.aborted) return fetchError('gateway_timeout', { cause });
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (isTlsFailure(code)) return fetchError('gateway_tls_untrusted', { detail: code, cause });
  return fetchError('gateway_unreachable', code === '' ? { cause } : { detail: code, cause });
}

/** OpenSSL's verification results and Node's own host name check; the rest is the network's. */
function isTlsFailure(code: string): boolean {
  return /^ERR_(TLS|SSL)_|CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|HOSTNAME_MISMATCH/.test(
    code,
  );
}
