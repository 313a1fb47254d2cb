import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  caseEventSchemas,
  gatewayRoutes,
  registrationEventSchemas,
} from '#shared/contract/gateway-contract.ts';
import { listCases, ownRegistration, viewOf } from '../case/follow.ts';
import { changesAfter, summariesFor } from '../case/watch.ts';
import { lastSequences } from '../storage/audit-store.ts';
import { answerOnce } from './commit.ts';
import type { KeyLimit } from './limits.ts';
import { EventStream, type StreamEvent } from './event-stream.ts';
import { rawRequest, readParameters } from './parameters.ts';
import { openSignedRequest } from './request.ts';
import type { Services } from './services.ts';
import { caseEvent, casesSince, changeEvent, Watchers } from './watchers.ts';

interface Parts {
  readonly services: Services;
  readonly keyLimit: KeyLimit;
  readonly watchers: Watchers;
}

/** What is sent first: told in the transaction that uses up the nonce, written once that is over. */
interface Beginning {
  readonly events: readonly StreamEvent[];
  /** Of a registration: the last place in its history that these tell of. */
  readonly sequence: number;
}

/** The two streams of events. Gives what has to be poked after each change made here. */
export function addEventRoutes(server: FastifyInstance, services: Services, keyLimit: KeyLimit): Watchers {
  const watchers = new Watchers(services);
  const parts: Parts = { services, keyLimit, watchers };
  const { registrationEvents, caseEvents } = gatewayRoutes;
  server.addHook('preClose', async () => {
    watchers.close();
  });
  server.get(registrationEvents.path, async (request, reply) => {
    const { id } = readParameters(request.params);
    const { key, beginning } = await begin(parts, request, 'device', (connection, device) =>
      registrationBeginning(connection, { id, device, last: lastEventId(request) }),
    );
    reply.hijack();
    const stream = open(reply.raw, beginning);
    watchers.watchRegistration({ key, stream, registration: id, sequence: beginning.sequence });
  });
  server.get(caseEvents.path, async (request, reply) => {
    await watchers.prepareCases();
    const { key, beginning } = await begin(parts, request, 'reviewer', (connection) =>
      caseBeginning({ ...services, database: connection }, lastEventId(request)),
    );
    reply.hijack();
    watchers.watchCases({ key, stream: open(reply.raw, beginning) });
  });
  return watchers;
}

async function begin(
  { services, keyLimit, watchers }: Parts,
  request: FastifyRequest,
  signedBy: 'device' | 'reviewer',
  read: (connection: Services['database'], key: string) => Promise<Beginning>,
): Promise<{ readonly key: string; readonly beginning: Beginning }> {
  const { intent, now } = await openSignedRequest(services, { signedBy, body: null }, rawRequest(request));
  const { keyId: key } = intent.signature;
  keyLimit(request, key, now);
  watchers.requireRoom(key);
  let beginning: Beginning = { events: [], sequence: 0 };
  await answerOnce(services, intent, (commit) =>
    commit(async (connection) => {
      beginning = await read(connection, key);
    }),
  );
  return { key, beginning };
}

async function registrationBeginning(
  connection: Services['database'],
  of: { readonly id: string; readonly device: string; readonly last: number | undefined },
): Promise<Beginning> {
  const { id, last } = of;
  const stored = await ownRegistration(connection, of);
  const sequence = (await lastSequences(connection, [id])).get(id) ?? 0;
  if (last !== undefined && last <= sequence) {
    const missed = await changesAfter(connection, { id, sequence: last });
    return { events: missed.map(changeEvent), sequence };
  }
  const payload = registrationEventSchemas.snapshot.parse(await viewOf(connection, stored));
  return { events: [{ event: 'snapshot', payload, id: sequence }], sequence };
}

async function caseBeginning(services: Services, last: number | undefined): Promise<Beginning> {
  const { database, now } = services;
  const id = now();
  const ids = last === undefined ? undefined : await casesSince(services, last);
  if (ids === undefined) {
    const payload = caseEventSchemas.snapshot.parse(await listCases(database));
    return { events: [{ event: 'snapshot', payload, id }], sequence: 0 };
  }
  const summaries = await summariesFor(database, ids);
  return { events: summaries.map((summary) => caseEvent(summary, id)), sequence: 0 };
}

function open(response: ConstructorParameters<typeof EventStream>[0], { events }: Beginning): EventStream {
  const stream = new EventStream(response);
  stream.send(events);
  return stream;
}

function lastEventId({ headers }: FastifyRequest): number | undefined {
  const text = headers['last-event-id'];
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
