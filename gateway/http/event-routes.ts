import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  caseEventSchemas,
  gatewayRoutes,
  registrationEventSchemas,
} from '#shared/contract/gateway-contract.ts';
import { listCases, ownRegistration, viewOf } from '../case/follow.ts';
import { changesAfter, summariesFor } from '../case/watch.ts';
import { lastSequences } from '../storage/audit-store.ts';
import { answerOnce, type SignedIntent } from './commit.ts';
import type { KeyLimit } from './limits.ts';
import { EventStream, type StreamEvent } from './event-stream.ts';
import { rawRequest, readParameters } from './parameters.ts';
import { openSignedRequest } from './request.ts';
import type { Services } from './services.ts';
import { StreamPlaces, type Listener } from './stream-places.ts';
import { caseEvent, casesSince, changeEvent, recentHistories, Watchers, type Histories } from './watchers.ts';

interface Parts {
  readonly services: Services;
  readonly keyLimit: KeyLimit;
  readonly places: StreamPlaces;
}

/** What is sent first: told in the transaction that uses up the nonce, written once that is over. */
interface Beginning {
  readonly events: readonly StreamEvent[];
  /** Of a registration: the last place in its history that these tell of. */
  readonly sequence: number;
  /** Of all cases: how long the histories were before these were read. */
  readonly told: Histories;
}

/** The two streams of events. Gives what has to be poked after each change made here. */
export function addEventRoutes(server: FastifyInstance, services: Services, keyLimit: KeyLimit): Watchers {
  const watchers = new Watchers(services);
  const parts: Parts = { services, keyLimit, places: new StreamPlaces() };
  const { registrationEvents, caseEvents } = gatewayRoutes;
  server.addHook('preClose', async () => {
    watchers.close();
  });
  server.get(registrationEvents.path, async (request, reply) => {
    const { id } = readParameters(request.params);
    await answer(
      parts,
      { request, reply, signedBy: 'device' },
      {
        begin: (connection, device) =>
          registrationBeginning(connection, { id, device, last: lastEventId(request) }),
        watch: (watching, { sequence }) => {
          watchers.watchRegistration({ ...watching, registration: id, sequence });
        },
      },
    );
  });
  server.get(caseEvents.path, async (request, reply) => {
    await answer(
      parts,
      { request, reply, signedBy: 'reviewer' },
      {
        begin: (connection) => caseBeginning({ ...services, database: connection }, lastEventId(request)),
        watch: (watching, { told }) => {
          watchers.watchCases({ ...watching, told });
        },
      },
    );
  });
  return watchers;
}

async function answer(
  { services, keyLimit, places }: Parts,
  asked: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly signedBy: Listener },
  stream: {
    readonly begin: (connection: Services['database'], key: string) => Promise<Beginning>;
    readonly watch: (
      watching: { readonly stream: EventStream; readonly leave: () => void },
      beginning: Beginning,
    ) => void;
  },
): Promise<void> {
  const { request, reply, signedBy } = asked;
  const { intent, now } = await openSignedRequest(services, { signedBy, body: null }, rawRequest(request));
  const { keyId: key } = intent.signature;
  keyLimit(request, key, now);
  const leave = places.take(signedBy, key);
  try {
    const beginning = await readOnce(services, intent, (connection) => stream.begin(connection, key));
    reply.hijack();
    stream.watch({ stream: open(reply.raw, beginning), leave }, beginning);
  } catch (error) {
    leave();
    throw error;
  }
}

async function readOnce(
  services: Services,
  intent: SignedIntent,
  begin: (connection: Services['database']) => Promise<Beginning>,
): Promise<Beginning> {
  let beginning: Beginning = { events: [], sequence: 0, told: new Map() };
  await answerOnce(services, intent, (commit) =>
    commit(async (connection) => {
      beginning = await begin(connection);
    }),
  );
  return beginning;
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
    return { events: missed.map(changeEvent), sequence, told: new Map() };
  }
  const payload = registrationEventSchemas.snapshot.parse(await viewOf(connection, stored));
  return { events: [{ event: 'snapshot', payload, id: sequence }], sequence, told: new Map() };
}

async function caseBeginning(services: Services, last: number | undefined): Promise<Beginning> {
  const { database, now } = services;
  const id = now();
  const told = await recentHistories(services);
  const ids = last === undefined ? undefined : await casesSince(services, last);
  if (ids === undefined) {
    const payload = caseEventSchemas.snapshot.parse(await listCases(database));
    return { events: [{ event: 'snapshot', payload, id }], sequence: 0, told };
  }
  const summaries = await summariesFor(database, ids);
  return { events: summaries.map((summary) => caseEvent(summary, id)), sequence: 0, told };
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
