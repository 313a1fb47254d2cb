import type { FastifyInstance, FastifyRequest } from 'fastify';
import { gatewayRoutes } from '#shared/contract/gateway-contract.ts';
import type { SanadError } from '#shared/contract/problem.ts';
import { httpError } from './problem.ts';
import { addressKey, RateLimit, type Rate } from './rate-limit.ts';

export interface Rates {
  /** A submission needs no more than a key, and everybody can make keys. */
  readonly submissionsOfAnAddress: Rate;
  readonly documentsOfAnAddress: Rate;
  readonly requestsOfAnAddress: Rate;
  /** Of a key whose signature was verified: nobody uses up somebody else's. */
  readonly requestsOfAKey: Rate;
}

export const defaultRates: Rates = {
  // Far more than an office behind one address submits, far less than fills a disk or a reviewer's list.
  submissionsOfAnAddress: { burst: 60, secondsForOne: 60 },
  // Every document of five registrations at once; then, of the largest, 7 GB a day.
  documentsOfAnAddress: { burst: 60, secondsForOne: 60 },
  // A provider's customers behind one address, each of whose clients asks for the list every quarter of an hour.
  requestsOfAnAddress: { burst: 1200, secondsForOne: 0.05 },
  // A reviewer who goes through a list; a device asks a few times a day.
  requestsOfAKey: { burst: 300, secondsForOne: 0.2 },
};

/** What is asked of each signed request once its signer is known; ends it with 429 where that is too many. */
export type KeyLimit = (request: FastifyRequest, keyId: string, now: number) => void;

/**
 * Counts requests before anything of them is read, and gives what counts the signed ones. `isBehindProxy`: everybody
 * comes from the proxy's address, so counting by address is the proxy's to do, and loopback is everybody.
 */
export function limitRates(
  server: FastifyInstance,
  options: { readonly isBehindProxy: boolean; readonly rates: Rates; readonly now: () => number },
): KeyLimit {
  const { isBehindProxy, rates, now } = options;
  if (!isBehindProxy) limitAddresses(server, rates, now);
  const keys = new RateLimit(rates.requestsOfAKey);
  return (request, keyId, at) => {
    const isOwn = !isBehindProxy && addressKey(request.ip) === undefined;
    if (!isOwn && !keys.take(keyId, at)) throw httpError('too_many_requests');
  };
}

function limitAddresses(server: FastifyInstance, rates: Rates, now: () => number): void {
  const requests = new RateLimit(rates.requestsOfAnAddress);
  const submissions = new RateLimit(rates.submissionsOfAnAddress);
  const documents = new RateLimit(rates.documentsOfAnAddress);
  const { submit, amend, documentAdd, uploadBegin } = gatewayRoutes;
  const ofRoute = new Map<string, readonly [RateLimit, 'too_many_submissions' | 'too_many_uploads']>([
    [submit.path, [submissions, 'too_many_submissions']],
    [amend.path, [submissions, 'too_many_submissions']],
    [documentAdd.path, [documents, 'too_many_uploads']],
    [uploadBegin.path, [documents, 'too_many_uploads']],
  ]);
  const refusal = ({ ip, method, routeOptions }: FastifyRequest): SanadError | undefined => {
    const key = addressKey(ip);
    if (key === undefined) return undefined;
    if (!requests.take(key, now())) return httpError('too_many_requests');
    const [limit, code] = (method === 'POST' && ofRoute.get(routeOptions.url ?? '')) || [];
    return limit === undefined || code === undefined || limit.take(key, now()) ? undefined : httpError(code);
  };
  server.addHook('onRequest', (request, _reply, done) => {
    done(refusal(request));
  });
}
