import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { gatewayRoutes, MAX_BODY_BYTES, type PlainRoute } from '#shared/contract/gateway-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { CONTENT_TYPE, JWS_CONTENT_TYPE, PROBLEM_CONTENT_TYPE } from '#shared/contract/request-signature.ts';
import { limitBodies } from './body-patience.ts';
import { clientAddress } from './client-address.ts';
import { describeInterface } from './api-viewer.ts';
import { answerAtCommit, answerOnce, type Commit, type Committed } from './commit.ts';
import { addDocumentRoutes } from './document-routes.ts';
import { addPartRoute } from './part-route.ts';
import { ResumableUploads } from './resumable-upload.ts';
import { addEventRoutes } from './event-routes.ts';
import type { Handlers, PublicCall, SignedCall } from './handler.ts';
import { createHandlers, routesThatCommitAtOnce } from './handlers.ts';
import {
  answerUnreadable,
  createListener,
  defaultPatience,
  type Patience,
  type TlsFiles,
} from './listener.ts';
import { defaultRates, limitRates, type KeyLimit, type Rates } from './limits.ts';
import { httpError, problemDocument } from './problem.ts';
import { isPublished, sendPublished } from './published.ts';
import { rawRequest, readParameters } from './parameters.ts';
import { openSignedRequest } from './request.ts';
import { jsonText, sendJson } from './send.ts';
import type { Services } from './services.ts';
import { asStorageProblem } from '../storage/problem.ts';

/** RFC 9110 section 10.2.3. */
const RETRY_AFTER_SECONDS = '60';

export interface ServerOptions {
  readonly tls?: TlsFiles;
  readonly patience?: Patience;
  /** Everybody comes from the proxy's address: counting by address is the proxy's to do. */
  readonly isBehindProxy?: boolean;
  /** In lower case: the header in which that proxy says where a request comes from. */
  readonly clientAddressHeader?: string;
  readonly rates?: Rates;
  /** Where Swagger UI's files are; absent, there is nothing at /docs. */
  readonly viewerDirectory?: string;
}

/** The gateway's HTTP server: one Fastify route for each row of the contract. */
export function createGatewayServer(services: Services, options: ServerOptions = {}): FastifyInstance {
  const { tls, patience = defaultPatience, isBehindProxy = false, rates = defaultRates } = options;
  const server = Fastify({
    // Its log lines carry addresses; ours are written in `logRequest`.
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    serverFactory: (handler) => createListener(handler, { tls, patience }),
    clientErrorHandler: (error, socket) => {
      answerUnreadable(error, socket, services.now());
    },
  });
  readBodiesRaw(server);
  answerProblems(server, services);
  keepFromCaches(server);
  limitBodies(server, { milliseconds: patience.requestMilliseconds, now: services.now });
  const keyLimit = limitRates(server, { isBehindProxy, rates, now: services.now });
  const { origin } = services.identity.configuration;
  describeInterface(server, { origin, viewerDirectory: options.viewerDirectory });
  const uploads = new ResumableUploads(services);
  const handlers = createHandlers(services, uploads);
  for (const name of Object.keys(gatewayRoutes)) {
    if (isPlain(name)) addRoute(server, name, answerer({ services, handlers, keyLimit, options }, name));
  }
  addDocumentRoutes(server, services, keyLimit);
  addPartRoute(server, { services, keyLimit, uploads });
  const watchers = addEventRoutes(server, services, keyLimit);
  server.addHook('onResponse', ({ method }, _reply, done) => {
    // Those who watch hear at once of what was changed here.
    if (method === 'POST') watchers.poke();
    done();
  });
  return server;
}

/** The digest is over the bytes as sent, so the bytes are what a handler gets. */
function readBodiesRaw(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(CONTENT_TYPE, { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
}

function addRoute(server: FastifyInstance, name: PlainRoute, answer: Answerer): void {
  const row = gatewayRoutes[name];
  server.route({
    method: row.method,
    url: row.path,
    handler: async (request, reply) => {
      const answered = await answer(request);
      if (isPublished(name)) return sendPublished(request, reply, { name, ...publishedText(row, answered) });
      if (row.answer === null) return reply.type(JWS_CONTENT_TYPE).send(answered);
      return sendJson(reply, row.answer, answered);
    },
  });
}

function publishedText({ answer }: (typeof gatewayRoutes)[PlainRoute], answered: unknown) {
  return answer === null
    ? { type: JWS_CONTENT_TYPE, text: String(answered) }
    : { type: CONTENT_TYPE, text: jsonText(answer, answered) };
}

/** Whoever puts a cache in front may have it keep everything: what is a person's, and every problem, says no. */
function keepFromCaches(server: FastifyInstance): void {
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    done(null, payload);
  });
}

type Answerer = (request: FastifyRequest) => Promise<unknown>;
type SignedHandler = (call: SignedCall<unknown>) => Promise<Committed<unknown>>;

interface AnswererParts {
  readonly services: Services;
  readonly handlers: Handlers;
  readonly keyLimit: KeyLimit;
  readonly options: ServerOptions;
}

function answerer(parts: AnswererParts, name: PlainRoute): Answerer {
  const { services, handlers, keyLimit, options } = parts;
  const row = gatewayRoutes[name];
  if (row.signedBy === 'nobody') {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a row signed by nobody has a PublicRoute's handler
    const handler = handlers[name] as (call: PublicCall) => Promise<unknown>;
    const { isBehindProxy = false, clientAddressHeader: addressHeader } = options;
    return (request) =>
      handler({
        profile: readParameters(request.params).profile,
        clientAddress: () => clientAddress(request, { isBehindProxy, addressHeader }),
      });
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the body was parsed with this very row's schema
  const handler = handlers[name] as SignedHandler;
  const once = routesThatCommitAtOnce.has(name) ? answerAtCommit : answerOnce;
  return async (request) => {
    const { body, intent, now } = await openSignedRequest(services, row, rawRequest(request));
    const { id, document, upload } = readParameters(request.params);
    const { keyId: signer } = intent.signature;
    keyLimit(request, signer, now);
    const handle = (commit: Commit) => handler({ id, document, upload, body, signer, now, commit });
    return await once(services, intent, handle);
  };
}

function answerProblems(server: FastifyInstance, services: Services): void {
  const codes = new WeakMap<FastifyReply, string>();
  const answer = (error: unknown, reply: FastifyReply): FastifyReply => {
    const document = problemDocument(error, services.now());
    codes.set(reply, document.code);
    if (document.status === 500) services.log({ event: 'failure', at: 'request', error });
    if (document.status === 429) reply.header('retry-after', RETRY_AFTER_SECONDS);
    return reply.code(document.status).type(PROBLEM_CONTENT_TYPE).send(JSON.stringify(document));
  };
  server.setErrorHandler((error, _request, reply) => answer(known(error), reply));
  server.setNotFoundHandler((_request, reply) => answer(httpError('route_unknown'), reply));
  server.addHook('onResponse', (request, reply, done) => {
    logRequest(services, request, reply, codes.get(reply));
    done();
  });
}

function logRequest(services: Services, request: FastifyRequest, reply: FastifyReply, code?: string): void {
  services.log({
    event: 'request',
    method: request.method,
    route: request.routeOptions.url ?? '(unknown)',
    status: reply.statusCode,
    ...(code === undefined ? {} : { code }),
    milliseconds: Math.round(reply.elapsedTime),
    isRoutine: [200, 304].includes(reply.statusCode) && publicPaths.has(request.routeOptions.url),
  });
}

const publicPaths: ReadonlySet<string | undefined> = new Set(
  Object.values(gatewayRoutes)
    .filter(({ signedBy }) => signedBy === 'nobody')
    .map(({ path }) => path),
);

/** Fastify's own errors and those of the disk, in our words. */
function known(thrown: unknown): unknown {
  const error = asStorageProblem(thrown);
  if (error instanceof SanadError || !(error instanceof Error)) return error;
  const code = 'code' in error ? error.code : undefined;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return httpError('body_too_large');
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return httpError('content_type_wrong');
  const status = 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status < 500 ? httpError('request_malformed') : error;
}

/** JSON, a compact JWS or nothing both ways; the others have a file of their own. */
function isPlain(name: string): name is PlainRoute {
  const rows: Readonly<Record<string, { readonly body: unknown; readonly answer: unknown }>> = gatewayRoutes;
  const row = rows[name];
  return row !== undefined && typeof row.body !== 'string' && typeof row.answer !== 'string';
}
