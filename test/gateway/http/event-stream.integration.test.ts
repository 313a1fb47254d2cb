import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventStream } from '#gateway/http/event-stream.ts';
import { startPlainServer, type PlainServer } from './plain-server.ts';

const patient = { timeout: 20_000 };
let server: PlainServer;

beforeEach(async () => {
  server = await startPlainServer();
});
afterEach(() => {
  server.close();
});

async function asked(): Promise<{ readonly response: ServerResponse; readonly client: Socket }> {
  const { responses, client } = await server.ask();
  const [response] = responses;
  if (response === undefined) throw new Error('nothing arrived');
  return { response, client };
}

/** Until neither side's kernel takes any more. */
async function stall(stream: EventStream, response: ServerResponse): Promise<void> {
  const fill = () => {
    stream.send([{ event: 'change', payload: 'x'.repeat(250_000) }]);
    return response.writableLength;
  };
  await expect.poll(fill, patient).toBeGreaterThan(300_000);
}

describe('a stream of events', () => {
  it('to somebody who has stopped reading is ended once, and cut off soon after', async () => {
    const { response } = await asked();
    const stream = new EventStream(response);
    let isClosed = false;
    stream.onClosed(() => (isClosed = true));
    await stall(stream, response);
    stream.end('age');
    expect(stream.isOpen).toBe(false);
    // An error that nobody hears ends the process; what is not open is not written to.
    stream.end('age');
    stream.heartbeat();
    await expect.poll(() => isClosed, patient).toBe(true);
    expect(response.destroyed).toBe(true);
  });

  it('tells what is told together whole, whatever its size, and cuts off who does not read it', async () => {
    const { response, client } = await asked();
    const stream = new EventStream(response);
    const payload = 'x'.repeat(4_000_000);
    let heard = 0;
    client.on('data', (chunk: Buffer) => (heard += chunk.length));
    client.pause();
    const snapshot = { event: 'snapshot', payload, id: 1 };
    stream.send([snapshot, snapshot]);
    expect(stream.isOpen).toBe(true);
    client.resume();
    await expect.poll(() => heard, patient).toBeGreaterThan(8_000_000);
    client.pause();
    // More than both kernels hold.
    for (let count = 0; count < 4; count++) stream.send([snapshot, snapshot]);
    expect(stream.isOpen).toBe(false);
  });

  it('survives an error of its connection', async () => {
    const { response } = await asked();
    const stream = new EventStream(response);
    response.destroy(new Error('the line broke'));
    await once(response, 'close');
    expect(stream.isOpen).toBe(false);
  });
});
