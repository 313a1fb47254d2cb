import { createServer, STATUS_CODES, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { PROBLEM_CONTENT_TYPE } from '#shared/contract/request-signature.ts';
import { httpError, problemDocument } from './problem.ts';

export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

/** Against clients that send slowly or never: each of these ends the connection. */
export interface Patience {
  readonly headersMilliseconds: number;
  readonly requestMilliseconds: number;
  /** A document of 5 MiB over a slow mobile line. */
  readonly uploadMilliseconds: number;
  readonly idleMilliseconds: number;
  readonly checkEveryMilliseconds: number;
}

export const defaultPatience: Patience = {
  headersMilliseconds: 10_000,
  requestMilliseconds: 20_000,
  uploadMilliseconds: 180_000,
  idleMilliseconds: 5000,
  checkEveryMilliseconds: 1000,
};

const MAX_HEADER_BYTES = 16 * 1024;
const MAX_CONNECTIONS = 2000;

/** Node's HTTP server with our limits, with TLS where a certificate is given. */
export function createListener(
  handler: RequestListener,
  options: { readonly tls: TlsFiles | undefined; readonly patience: Patience },
): Server {
  const { tls, patience } = options;
  const settings = {
    headersTimeout: patience.headersMilliseconds,
    requestTimeout: patience.uploadMilliseconds,
    keepAliveTimeout: patience.idleMilliseconds,
    connectionsCheckingInterval: patience.checkEveryMilliseconds,
    maxHeaderSize: MAX_HEADER_BYTES,
    // RFC 9112 section 3.2: a request without Host is answered 400. Its value is used for nothing here.
    requireHostHeader: true,
  };
  const server =
    tls === undefined
      ? createServer(settings, handler)
      : createTlsServer(
          {
            ...settings,
            cert: tls.certificate,
            key: tls.key,
            minVersion: 'TLSv1.3',
            // Node's own is two minutes, in which one client could hold every connection there is.
            handshakeTimeout: patience.headersMilliseconds,
          },
          handler,
        );
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

/** What could not be read as HTTP, or not in time, still gets a problem where the connection can carry one. */
export function answerUnreadable(
  error: Error & { readonly code?: string },
  socket: Socket,
  now: number,
): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const document = problemDocument(httpError(isLate ? 'request_timeout' : 'request_malformed'), now);
  const body = JSON.stringify(document);
  const head = [
    `HTTP/1.1 ${document.status} ${STATUS_CODES[document.status] ?? ''}`,
    `content-type: ${PROBLEM_CONTENT_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
