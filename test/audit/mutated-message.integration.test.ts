import fc from 'fast-check';
import { createServer, type Server, type Socket } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { daemonMethods } from '#shared/contract/daemon-contract.ts';
import { toConfigurationMessage } from '#shared/wireguard/configuration-conversion.ts';
import { ServiceScene } from '#test/daemon/service/service-scene.ts';
import { anchorFor, closed, listen, startFetcher, type TestFetcher } from '#test/fetch/fetcher.ts';
import { startGateway, type RunningGateway } from '#test/gateway/running-gateway.ts';
import { mutatedLine, sendings, type Sending } from './mutated.ts';

/** `SEED=7` sends others. The same seed sends the same. */
const seed = Number(process.env['SEED'] ?? 20_261_125);
const RUNS = 120;
const QUIET_MILLISECONDS = 5000;

/** All that was answered to a sending, after which the connection is ended from this side. */
async function answersTo(
  path: string,
  greeting: string,
  { bytes, cuts }: Sending,
): Promise<readonly string[]> {
  const socket: Socket = connect(path);
  let said = '';
  socket.setEncoding('utf8').on('data', (text: string) => (said += text));
  const { promise: over, resolve } = Promise.withResolvers<undefined>();
  socket.on('error', () => undefined).on('close', () => resolve(undefined));
  socket.write(greeting);
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    if (cut <= from) continue;
    socket.write(bytes.subarray(from, cut));
    from = Math.min(cut, bytes.length);
    await sleep(0);
  }
  socket.end();
  const timer = setTimeout(() => socket.destroy(), QUIET_MILLISECONDS);
  await over;
  clearTimeout(timer);
  return said.split('\n').filter((line) => line !== '');
}

/** Every line is JSON; a problem has a stable code, and is no defect. */
function expectForeseen(lines: readonly string[]): void {
  const problems = lines
    .filter((line) => line !== 'OK')
    .flatMap((line) => (JSON.parse(line) as { readonly problem?: { readonly code: string } }).problem ?? []);
  for (const { code } of problems) {
    expect(code).toMatch(/^[a-z_]+$/);
    expect(code).not.toBe('internal_error');
  }
}

async function sendAll(path: string, greeting: string, line: fc.Arbitrary<Buffer>): Promise<void> {
  const send = async (sending: Sending): Promise<void> =>
    expectForeseen(await answersTo(path, greeting, sending));
  await fc.assert(fc.asyncProperty(sendings(line), send), { numRuns: RUNS, seed });
}

describe('the service’s socket', () => {
  let scene: ServiceScene;
  beforeAll(async () => {
    scene = new ServiceScene();
    scene.trustGateway();
    await scene.start();
  });
  afterAll(async () => await scene.remove());

  test('whatever is sent, it lives, its tunnel stays as it was, and its answers are foreseen', async () => {
    const client = await scene.greeted();
    await scene.connect(client);
    await client.next((message) => message.status?.state.kind === 'connected');
    scene.fake.acts.length = 0;
    const configuration = toConfigurationMessage(scene.configuration);
    const certificate = scene.certificate();
    const endpoints = scene.endpoints.map(({ public_key: publicKey, host, port }) => ({
      publicKey,
      host,
      port,
    }));
    const parameters: Readonly<Record<string, unknown>> = {
      connect: { tunnel: 'office', configuration, certificate, deviceProof: 'a.b.c' },
      replaceRegistration: { certificate, deviceProof: 'a.b.c' },
      checkRegistration: { endpoints, certificate },
      deliver: { keySet: 'a.b.c', statusList: 'a.b.c' },
      enableUser: { uid: 4242 },
      disableUser: { uid: 0 },
    };
    // `disconnect` by the tunnel's owner is no attack: it is left out, everything else is in.
    const methods = Object.keys(daemonMethods).filter((method) => method !== 'disconnect');
    const request = fc.record({
      id: fc.nat(9),
      method: fc.constantFrom(...methods),
    });
    const message = request.map((row) => ({ ...row, parameters: parameters[row.method] ?? {} }));
    const hello = `${JSON.stringify({ hello: { version: 1, program: 'fuzz' } })}\n`;
    await sendAll(scene.userSocket, hello, mutatedLine(message));
    await sendAll(scene.userSocket, '', mutatedLine(fc.constant({ hello: { version: 1, program: 'fuzz' } })));
    // `refresh` asks, and a closed firewall is put up again now and then: neither changes anything.
    const changes = scene.fake.acts.filter((act) => !/^(?:get |firewall closed$)/.test(act));
    expect(changes).toEqual([]);
    expect(scene.log.filter(({ event }) => event === 'defect')).toEqual([]);
    const again = await scene.greeted();
    expect(again.messages.at(-1)?.status?.state.kind).toBe('connected');
  });

  test('a line that never ends is ended, and costs no other client its answer', async () => {
    const endless = connect(scene.userSocket);
    endless.on('error', () => undefined);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    endless.on('close', () => resolve(undefined)).resume();
    endless.write(`${JSON.stringify({ hello: { version: 1, program: 'endless' } })}\n`);
    const chunk = Buffer.alloc(64 * 1024, 'a');
    for (let sent = 0; sent < 40; sent += 1) endless.write(chunk);
    const client = await scene.greeted();
    expect((await client.request('challenge')).problem).toBeUndefined();
    await promise;
  });
});

describe('the fetcher', () => {
  let fetcher: TestFetcher;
  /** Listens beside the joined one. */
  let stranger: Server;
  let port: number;
  let connections = 0;
  beforeAll(async () => {
    stranger = createServer((socket) => {
      connections += 1;
      socket.on('error', () => undefined).destroy();
    });
    port = await listen(stranger);
    fetcher = await startFetcher({
      limits: { maxBytesEachWay: 100_000, idleMilliseconds: 300, connectMilliseconds: 200 },
    });
    fetcher.installAnchor(anchorFor('http://127.0.0.1:1', { name: 'here' }));
  });
  afterAll(async () => {
    await fetcher.close();
    await closed(stranger);
  });

  test('whatever is sent to its own socket, it answers what is foreseen, and goes on', async () => {
    const message = fc.oneof(
      fc.constant({ id: 1, method: 'get', parameters: { uri: 'https://elsewhere.test/x', maxBytes: 1000 } }),
      fc.constant({ id: 2, method: 'resolve', parameters: { host: '192.0.2.1' } }),
      fc.constant({ id: 3, method: 'resolveOrigins', parameters: {} }),
    );
    await sendAll(fetcher.fetchSocket, '', mutatedLine(message));
    const [answer = ''] = await answersTo(fetcher.fetchSocket, '', {
      bytes: Buffer.from('{"id":7,"method":"resolve","parameters":{"host":"192.0.2.1"}}\n'),
      cuts: [],
    });
    expect(JSON.parse(answer)).toMatchObject({ id: 7, result: {} });
  });

  test('whatever is sent to a relay, it goes nowhere but to a joined gateway', async () => {
    const words = fc.constantFrom(
      ...['CONNECT https://elsewhere.test:443', 'CONNECT http://127.0.0.1:1/', 'GET / HTTP/1.1', 'CONNECT '],
      ...[
        `CONNECT http://127.0.0.1:${port}@elsewhere.test`,
        `CONNECT http://127.0.0.1:${port}/x`,
        'connect x',
      ],
      ...[`CONNECT http://127.0.0.1:${port}`, `CONNECT http://localhost:${port}`, 'CONNECT http://[::1]:80'],
    );
    const line = fc.oneof(
      words.map((text) => Buffer.from(text)),
      mutatedLine(words),
      fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
    );
    await sendAll(fetcher.relaySocket, '', line);
    expect(connections).toBe(0);
  });
});

describe('the issuer', () => {
  let gateway: RunningGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(async () => {
    await gateway.stop('SIGTERM');
    gateway.remove();
  });

  test('whatever a front end in foreign hands sends, it signs nothing, and goes on', async () => {
    const path = join(gateway.directory, 'issuer/issuer.sock');
    const message = fc.record({
      id: fc.nat(9),
      method: fc.constantFrom('attest', 'certificate', 'change', 'statusList', 'issue', 'revoke'),
      parameters: fc.constantFrom({}, { statement: 'a.b.c' }, { statement: 'a.b.c', case: { id: 'x' } }),
    });
    const signed = (lines: readonly string[]): readonly string[] =>
      lines.filter((line) => /"certificate"/.test(line));
    const send = async (sending: Sending): Promise<void> => {
      const lines = await answersTo(path, '', sending);
      expectForeseen(lines);
      expect(signed(lines)).toEqual([]);
    };
    await fc.assert(fc.asyncProperty(sendings(mutatedLine(message)), send), { numRuns: RUNS, seed });
    const [answer = ''] = await answersTo(path, '', {
      bytes: Buffer.from('{"id":7,"method":"statusList","parameters":{}}\n'),
      cuts: [],
    });
    expect(JSON.parse(answer)).toMatchObject({ id: 7, answer: { ttlSeconds: 900 } });
  });
});
