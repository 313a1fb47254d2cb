import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import ipaddr from 'ipaddr.js';
import { listen } from '../issuer/listen.ts';
import type { Metrics } from './metrics.ts';
import type { Readiness } from './readiness.ts';

/** A unix socket, or a loopback address: what is told here is the operator's alone. */
export type MonitorAddress =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

export function isLoopback(host: string): boolean {
  return ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback';
}

export interface MonitorParts {
  readonly metrics: Pick<Metrics, 'read' | 'contentType'>;
  readonly readiness: () => Promise<Readiness>;
}

const IDLE_MILLISECONDS = 10_000;
const MAX_CONNECTIONS = 16;

/** `/live`, `/ready` and `/metrics`, apart from the public listener and never on it. */
export async function startMonitor(address: MonitorAddress, parts: MonitorParts): Promise<Server> {
  const server = createServer({ requestTimeout: IDLE_MILLISECONDS, maxHeaderSize: 8192 }, answering(parts));
  server.maxConnections = MAX_CONNECTIONS;
  if (address.kind === 'socket') {
    await listen(server, address.path);
    return server;
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}

function answering({ metrics, readiness }: MonitorParts): RequestListener {
  return (request, response) => {
    const paths: Readonly<Record<string, () => Promise<void>>> = {
      // That this is answered is all there is to say.
      '/live': () => Promise.resolve(json(response, 200, { live: true })),
      '/ready': async () => {
        const found = await readiness();
        json(response, found.ready ? 200 : 503, found);
      },
      '/metrics': async () => {
        const text = await metrics.read();
        response.writeHead(200, { 'content-type': metrics.contentType }).end(text);
      },
    };
    const answer = request.method === 'GET' ? paths[request.url ?? ''] : undefined;
    if (answer === undefined) {
      json(response, 404, { there_are: Object.keys(paths) });
      return;
    }
    // Told to whoever looks, who will look again.
    answer().catch(() => response.writableEnded || json(response, 500, { ready: false }));
  };
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(value)}\n`);
}
