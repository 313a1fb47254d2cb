import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordAudit } from '#gateway/case/audit-log.ts';
import { EventStream } from '#gateway/http/event-stream.ts';
import { recentHistories, Watchers, type Histories } from '#gateway/http/watchers.ts';
import { openDatabase, type Connection } from '#gateway/storage/database.ts';
import { findRegistration, insertRegistration } from '#gateway/storage/registration-store.ts';
import { startPlainServer, type PlainServer } from './plain-server.ts';

const patient = { timeout: 20_000 };
let server: PlainServer;
let database: Connection;
let watchers: Watchers;
let now: number;
/** How many places were given back. */
let left: number;

beforeEach(async () => {
  server = await startPlainServer();
  database = await openDatabase(':memory:');
  now = 1_800_000_000;
  left = 0;
  watchers = new Watchers({ database, now: () => now, log: () => undefined });
});
afterEach(async () => {
  watchers.close();
  server.close();
  await watchers.settled();
  await database.destroy();
});

function watch(stream: EventStream): void {
  watchers.watchRegistration({ stream, leave: () => left++, registration: 'one', sequence: 0 });
}

/** Changes a case; gives its identifier. */
async function change(id: string = randomUUID()): Promise<string> {
  if ((await findRegistration(database, id)) === undefined) {
    const stored = { id, amends: null, state: 'submitted', profile: 'pk-pta@1', route: 'B' } as const;
    const more = { category: 'freelancer', fields: {}, endpoints: [], note: null, statement: null };
    const times = { consent: { text: 'x', given_at: now }, submitted_at: now, changed_at: now };
    await insertRegistration(database, { ...stored, ...more, ...times }, { thumbprint: id, x: 'x' });
  }
  const event = { registration: id, at: now, actor: 'device:x', action: 'submit', content: {} };
  await recordAudit(database, event);
  return id;
}

/** Somebody who watches all cases since the histories were as `told`; gives all that was heard so far. */
async function watchCases(told: Histories): Promise<() => string> {
  const { responses, client } = await server.ask();
  let heard = '';
  client.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  client.resume();
  for (const response of responses) {
    watchers.watchCases({ stream: new EventStream(response), leave: () => left++, told });
  }
  return () => heard;
}

describe('those who watch all cases', () => {
  it('hear what has changed since their own snapshot, also where another has heard it before', async () => {
    const before = await change();
    const services = { database, now: () => now };
    const other = await watchCases(await recentHistories(services));
    const told = await recentHistories(services);
    const id = await change();
    watchers.poke();
    await expect.poll(other, patient).toContain(id);
    const late = await watchCases(told);
    await expect.poll(late, patient).toContain(id);
    expect(late()).not.toContain(before);
    await change(before);
    for (const heard of [other, late]) await expect.poll(heard, patient).toContain(before);
    expect(other().split(id)).toHaveLength(late().split(id).length);
  });
});

describe('a place among those who watch', () => {
  it('is given back when the client goes', async () => {
    const { responses, client } = await server.ask();
    for (const response of responses) watch(new EventStream(response));
    expect(left).toBe(0);
    client.destroy();
    await expect.poll(() => left, patient).toBe(1);
  });

  it('is given back when the client had gone before it was answered', async () => {
    const { responses, client } = await server.ask();
    const closed = responses.map((response) => once(response, 'close'));
    client.destroy();
    await Promise.all(closed);
    for (const response of responses) watch(new EventStream(response));
    expect(left).toBe(1);
  });

  it('is given back by all that wait behind each other on one connection', async () => {
    const { responses, client } = await server.ask(3);
    const [first, second, third] = responses.map((response) => new EventStream(response));
    for (const stream of [first, second]) if (stream !== undefined) watch(stream);
    client.destroy();
    await expect.poll(() => left, patient).toBe(2);
    if (third !== undefined) watch(third);
    expect(left).toBe(3);
  });

  it('is given back at once by one who is let in after the end of all', async () => {
    watchers.close();
    const heard = await watchCases(new Map());
    expect(left).toBe(1);
    await expect.poll(heard, patient).toContain('event: end');
  });

  it('is given back after an hour, also by one who has stopped reading', async () => {
    const { responses } = await server.ask();
    for (const response of responses) {
      const stream = new EventStream(response);
      watch(stream);
      stream.send([{ event: 'change', payload: 'x'.repeat(20_000_000) }]);
    }
    now += 3601;
    await expect.poll(() => left, patient).toBe(1);
  });
});
