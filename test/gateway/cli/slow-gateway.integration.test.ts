import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { askGateway } from '#gateway/cli/reviewer-client.ts';

const { privateKey } = generateKeyPairSync('ed25519');
const publicJwk = { kty: 'OKP', crv: 'Ed25519', x: 'x'.repeat(43) } as const;
const key = { kid: 'k'.repeat(43), publicJwk, privateKey };

let server: Server | undefined;
afterEach(() => server?.close());

async function listCases(scheme: string, serve: (socket: Socket) => void): Promise<unknown> {
  const open: Socket[] = [];
  server = createServer((socket) => {
    open.push(socket);
    serve(socket.resume().on('error', () => undefined));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  try {
    return await askGateway(
      { origin: `${scheme}://127.0.0.1:${port ?? 0}`, key, timeoutMilliseconds: 300 },
      'caseList',
    );
  } finally {
    for (const socket of open) socket.destroy();
  }
}

const drip = (socket: Socket, text: string): void => {
  socket.write(text);
  const timer = setInterval(() => socket.write('x'), 20);
  socket.on('close', () => clearInterval(timer));
};
const answer = (socket: Socket, text: string): void => void socket.once('data', () => socket.end(text));

describe('a reviewer’s command', () => {
  it.each<[string, string, (socket: Socket) => void, string]>([
    ['says nothing', 'http', () => undefined, 'gateway_unreachable'],
    ['says nothing where TLS begins', 'https', () => undefined, 'gateway_unreachable'],
    ['drips its TLS', 'https', (socket) => drip(socket, '\u0016\u0003\u0003'), 'gateway_unreachable'],
    ['drips its headers', 'http', (s) => drip(s, 'HTTP/1.1 200 OK\r\nx: '), 'gateway_unreachable'],
    ['drips its body', 'http', (s) => drip(s, 'HTTP/1.1 200 OK\r\n\r\n'), 'gateway_unreachable'],
    [
      'sends the request elsewhere',
      'http',
      (s) => answer(s, 'HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n'),
      'gateway_answer_malformed',
    ],
    [
      'refuses with a code that is none',
      'http',
      (s) => {
        const problem = { type: 'x', title: 'x', status: 400, detail: 'x', next_action: 'x', server_time: 1 };
        const body = JSON.stringify({ ...problem, code: '\u001b[2J' });
        answer(s, `HTTP/1.1 400 Bad\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
      },
      'gateway_answer_malformed',
    ],
  ])('ends in time when the gateway %s', async (_, scheme, serve, code) => {
    await expect(listCases(scheme, serve)).rejects.toMatchObject({ problem: { kind: 'gateway', code } });
  });
});
