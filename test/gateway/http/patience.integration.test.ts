import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGatewayServer } from '#gateway/http/server.ts';
import type { Services } from '#gateway/http/services.ts';

const patience = {
  headersMilliseconds: 200,
  requestMilliseconds: 300,
  uploadMilliseconds: 600,
  idleMilliseconds: 200,
  checkEveryMilliseconds: 50,
};
const server = createGatewayServer(
  {
    now: () => 1_800_000_000,
    log: () => undefined,
    identity: { configuration: { origin: 'http://127.0.0.1' } },
  } as unknown as Services,
  { patience },
);
let port = 0;

beforeAll(async () => {
  await server.listen({ host: '127.0.0.1', port: 0 });
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  ({ port } = address);
});
afterAll(async () => {
  await server.close();
});

/** Sends and then only waits, until the gateway hangs up. */
async function sendAndWait(text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1', () => socket.write(text));
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString()));
  await once(socket, 'close');
  return answer;
}

describe('a client without an end', () => {
  it('that never finishes its headers is hung up on', async () => {
    expect(await sendAndWait('POST /v1/registration HTTP/1.1\r\nHost: x\r\n')).toContain('request_timeout');
  });

  it('that never finishes its body is hung up on', async () => {
    const head = 'POST /v1/registration HTTP/1.1\r\nHost: x\r\ncontent-type: application/json\r\n';
    expect(await sendAndWait(`${head}content-length: 1000\r\n\r\n{`)).toContain('request_timeout');
  });

  it('that says nothing is hung up on', async () => {
    expect(await sendAndWait('')).toContain('request_timeout');
  });

  it('that announces more than 64 KiB is told so without waiting for it', async () => {
    const head = 'POST /v1/registration HTTP/1.1\r\nHost: x\r\ncontent-type: application/json\r\n';
    expect(await sendAndWait(`${head}content-length: 100000\r\n\r\n{`)).toContain('body_too_large');
  });

  it('cannot send endless headers', async () => {
    const head = `GET /v1/health HTTP/1.1\r\nHost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`;
    expect(await sendAndWait(head)).toContain('request_malformed');
  });
});
