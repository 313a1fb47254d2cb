import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import { anchorFor, closed, listen, startFetcher, type TestFetcher } from '#test/fetch/fetcher.ts';
import { makeTlsAuthority, type TlsAuthority } from '#test/fetch/tls-authority.ts';

export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly bytes: Buffer;
}

export type Respond = (response: ServerResponse, request: ReceivedRequest) => void;

export interface ScriptedGateway {
  readonly anchor: Anchor;
  readonly fetcher: TestFetcher;
  readonly authority: TlsAuthority;
  readonly requests: ReceivedRequest[];
  /** By "METHOD /path". A test changes it. */
  readonly routes: Map<string, Respond>;
  close(): Promise<void>;
}

export const json = (response: ServerResponse, value: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
};

export const refuse = (response: ServerResponse, status: number, document: object): void => {
  const problem = { type: 'about:blank', title: 'x', status, server_time: 1_800_000_000, ...document };
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
};

/** A gateway that says what a test wants, behind real TLS, reached through the real fetcher's relay. */
export async function startScriptedGateway(): Promise<ScriptedGateway> {
  const authority = makeTlsAuthority();
  const requests: ReceivedRequest[] = [];
  const routes = new Map<string, Respond>();
  const server: Server = createServer(authority.certificateFor('DNS:gateway.test'), (request, response) => {
    void receive(request).then((received) => {
      requests.push(received);
      const respond = routes.get(`${received.method} ${received.url}`);
      if (respond === undefined) response.writeHead(404).end();
      else respond(response, received);
    });
  });
  const port = await listen(server);
  const anchor = anchorFor(`https://gateway.test:${port}`, { tls_ca: authority.ca });
  const fetcher = await startFetcher();
  fetcher.installAnchor(anchor);
  return {
    anchor,
    fetcher,
    authority,
    requests,
    routes,
    close: async () => {
      await fetcher.close();
      await closed(server);
      authority.remove();
    },
  };
}

async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method = '', url = '', headers } = request;
  const bytes = Buffer.concat(chunks);
  return { method, url, headers, body: bytes.toString('utf8'), bytes };
}
