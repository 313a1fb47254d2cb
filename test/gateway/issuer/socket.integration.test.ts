import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issuerAt } from '#gateway/issuer/client.ts';
import { startGateway, type RunningGateway } from '../running-gateway.ts';

let gateway: RunningGateway;
let socketPath: string;

beforeAll(async () => {
  gateway = await startGateway();
  socketPath = join(gateway.directory, 'issuer/issuer.sock');
});
afterAll(async () => {
  await gateway.stop('SIGTERM');
  gateway.remove();
});

/** The first thing the issuer says to this. */
async function say(text: string | Buffer): Promise<unknown> {
  const socket = connect(socketPath, () => socket.write(text));
  try {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    return JSON.parse(chunk.toString());
  } finally {
    socket.destroy();
  }
}

describe('a second issuer on the same directory', () => {
  it('does not start, and leaves the first its socket', async () => {
    const issuer = join(import.meta.dirname, '../../../gateway/issuer/index.ts');
    const words = ['--dir', join(gateway.directory, 'issuer'), '--socket', socketPath];
    const second = spawn(process.execPath, [issuer, ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    second.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(second, 'exit')) as [number];
    expect({ code, said }).toMatchObject({
      code: 1,
      said: expect.stringContaining('Another issuer') as string,
    });
    await expect(issuerAt(socketPath).ask('statusList', {})).resolves.toMatchObject({ ttlSeconds: 900 });
  });
});

describe('the issuer’s socket', () => {
  it('is for owner and group alone', () => {
    expect(statSync(socketPath).mode & 0o777).toBe(0o660);
  });

  it.each([
    ['no JSON', 'nonsense\n', 'message_malformed'],
    ['a member given twice', '{"id":1,"id":2}\n', 'message_malformed'],
    ['no UTF-8', Buffer.from([0xff, 0x0a]), 'message_malformed'],
    ['an unknown method', '{"id":1,"method":"sign","parameters":{}}\n', 'request_malformed_by_gateway'],
    [
      'more parameters than it knows',
      '{"id":1,"method":"statusList","parameters":{"key":"x"}}\n',
      'request_malformed_by_gateway',
    ],
    ['a message without an end', 'x'.repeat(70_000), 'message_too_long'],
  ])('answers %s with a problem', async (_name, text, code) => {
    expect(await say(text)).toMatchObject({ problem: { code } });
  });

  it('still serves afterwards', async () => {
    await expect(issuerAt(socketPath).ask('statusList', {})).resolves.toMatchObject({ ttlSeconds: 900 });
  });

  it('that is not there is said to be unavailable', async () => {
    await expect(issuerAt(`${socketPath}.none`).ask('statusList', {})).rejects.toMatchObject({
      problem: { code: 'issuer_unavailable' },
    });
  });
});
