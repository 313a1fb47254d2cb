import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { closeServer } from '#gateway/http/close-server.ts';
import type { LogEntry } from '#gateway/log/log.ts';

/** A server with one route that answers when it is told to. */
async function slowServer() {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const server = Fastify({ forceCloseConnections: 'idle' });
  server.get('/slow', async () => {
    arrive();
    await released;
    return 'done';
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, port: address.port, arrived, release };
}

async function ask(port: number): Promise<string> {
  const sent = request({ host: '127.0.0.1', port, path: '/slow' }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return text;
}

describe('a server that is being closed', () => {
  it('answers what is under way, takes nothing new, and is then gone', async () => {
    const { server, port, arrived, release } = await slowServer();
    const answer = ask(port);
    await arrived;
    const entries: LogEntry[] = [];
    const closed = closeServer(server, { log: (entry) => void entries.push(entry) });
    const late = connect(port, '127.0.0.1');
    await expect(once(late, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    release();
    expect(await answer).toBe('done');
    await closed;
    expect(entries).toEqual([]);
  });

  it('does not wait for ever', async () => {
    const { server, port, arrived, release } = await slowServer();
    const ended = ask(port).catch((error: unknown) => error);
    await arrived;
    const entries: LogEntry[] = [];
    await closeServer(server, { log: (entry) => void entries.push(entry), patienceMilliseconds: 50 });
    expect(await ended).toMatchObject({ code: 'ECONNRESET' });
    expect(entries).toEqual([{ event: 'requests_cut_off' }]);
    release();
  });
});
