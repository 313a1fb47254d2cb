import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';

/** Requests as they arrive at a server that leaves their answers to the test. */
export interface PlainServer {
  /** `count` requests, all at once on one connection whose client reads nothing yet. */
  ask(count?: number): Promise<{ readonly responses: readonly ServerResponse[]; readonly client: Socket }>;
  close(): void;
}

export async function startPlainServer(): Promise<PlainServer> {
  const arrived: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    arrived.push(response);
    server.emit('arrived');
  });
  const clients: Socket[] = [];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    ask: async (count = 1) => {
      const before = arrived.length;
      const client = connect(address.port, '127.0.0.1');
      clients.push(client);
      client.on('error', () => undefined);
      client.pause();
      client.write('GET / HTTP/1.1\r\nHost: gateway.test\r\n\r\n'.repeat(count));
      while (arrived.length < before + count) await once(server, 'arrived');
      return { responses: arrived.slice(before), client };
    },
    close: () => {
      for (const client of clients) client.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}
