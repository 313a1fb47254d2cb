import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventStream } from '#gateway/http/event-stream.ts';
import { Watchers } from '#gateway/http/watchers.ts';
import { openDatabase, type Connection } from '#gateway/storage/database.ts';
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
