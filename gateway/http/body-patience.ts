import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { gatewayRoutes } from '#shared/contract/gateway-contract.ts';
import { answerUnreadable } from './listener.ts';

/**
 * Ends requests whose body does not arrive in time. Node's own limit is one for all requests, and has to leave a
 * document the time that it takes over a slow line; nothing else is as long.
 */
export function limitBodies(
  server: FastifyInstance,
  options: { readonly milliseconds: number; readonly now: () => number },
): void {
  server.addHook('onRequest', (request, reply, done) => {
    if (hasBody(request) && !slowPaths.has(request.routeOptions.url)) watch(request, reply);
    done();
  });
  const watch = ({ raw }: FastifyRequest, reply: FastifyReply): void => {
    const timer = setTimeout(() => {
      const late = Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
      if (!raw.complete) answerUnreadable(late, raw.socket, options.now());
    }, options.milliseconds).unref();
    reply.raw.once('close', () => {
      clearTimeout(timer);
    });
  };
}

const slowPaths: ReadonlySet<string | undefined> = new Set([
  gatewayRoutes.documentAdd.path,
  gatewayRoutes.uploadPart.path,
]);

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}
