import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { daemonMessageSchema, MAX_MESSAGE_BYTES } from '#shared/contract/daemon-contract.ts';
import { eventually, personUid, ServiceScene, type RawClient } from './service-scene.ts';

let scene: ServiceScene;
beforeEach(async () => {
  scene = new ServiceScene();
  scene.trustGateway();
  await scene.start();
  scene.fake.acts.length = 0;
});
afterEach(() => scene.remove());

/** The code it was hung up on with; others go on as before, and nothing was done. */
async function refusalOf(client: RawClient): Promise<string | undefined> {
  const { problem } = await client.next((message) => message.id === null);
  await client.closed();
  const other = await scene.greeted();
  expect((await other.request('challenge')).result).toBeDefined();
  expect(scene.fake.acts).toEqual([]);
  return problem?.code;
}

describe('the beginning of a conversation', () => {
  test('hello is answered by hello, then the snapshot, before anything else', async () => {
    const client = scene.raw().hello();
    client.send({ id: 9, method: 'challenge', parameters: {} });
    await client.next((message) => message.id === 9);
    const [first, second, third] = client.messages;
    expect(first?.hello).toMatchObject({ version: 1, program: 'sanadd test', access: 'use' });
    expect(second?.status).toEqual({
      state: { kind: 'disconnected' },
      target: 'unprotected',
      firewall: 'open',
      warnings: [],
    });
    expect(third?.id).toBe(9);
  });

  test('every message is of the contract', async () => {
    const client = await scene.greeted();
    await scene.connect(client);
    await client.status(({ state }) => state.kind === 'connected');
    for (const message of client.messages)
      expect(daemonMessageSchema.safeParse(message).error).toBeUndefined();
  });

  test('the administrator’s socket says so', async () => {
    const client = await scene.greeted(scene.adminSocket);
    expect(client.messages[0]?.hello?.access).toBe('administer');
  });

  test('another version is told and hung up on', async () => {
    const client = scene.raw().send({ hello: { version: 2, program: 'sanad 9' } });
    expect(await refusalOf(client)).toBe('version_unsupported');
  });

  test('a request without a hello', async () => {
    expect(await refusalOf(scene.raw().send({ id: 1, method: 'disconnect', parameters: {} }))).toBe(
      'message_malformed',
    );
  });

  test('a hello with more in it than there should be', async () => {
    const hello = { version: 1, program: 'test', uid: 0 };
    expect(await refusalOf(scene.raw().send({ hello }))).toBe('message_malformed');
  });
});

describe('hostile messages', () => {
  test.each([
    ['no JSON', 'connect office\n'],
    ['JSON that is no object', '[1,2,3]\n'],
    ['an empty line', '\n'],
    ['no id', '{"method":"challenge","parameters":{}}\n'],
    ['an id that is no number', '{"id":"1","method":"challenge","parameters":{}}\n'],
    ['a negative id', '{"id":-1,"method":"challenge","parameters":{}}\n'],
    ['no parameters', '{"id":1,"method":"challenge"}\n'],
    ['a field too many', '{"id":1,"method":"challenge","parameters":{},"uid":0}\n'],
    ['invalid UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22, 0x0a])],
    ['a byte order mark', '\u{feff}{"id":1,"method":"challenge","parameters":{}}\n'],
  ])('%s', async (_, line) => {
    const client = await scene.greeted();
    expect(await refusalOf(client.send(line))).toBe('message_malformed');
  });

  test('a line without an end', async () => {
    const client = await scene.greeted();
    client.send('x'.repeat(MAX_MESSAGE_BYTES + 1));
    expect(await refusalOf(client)).toBe('message_too_long');
  });

  test.each(['', 'toString', '__proto__', 'constructor', 'Connect', 'start'])(
    'a method %j',
    async (method) => {
      const client = await scene.greeted();
      expect((await client.request(method)).problem?.code).toBe('method_unknown');
    },
  );

  test.each([
    ['null', null],
    ['a list', []],
    ['a hook', { tunnel: 'x', configuration: { postUp: 'id' } }],
    ['a path for a name', { tunnel: '../../etc/passwd' }],
  ])('connect with %s', async (_, parameters) => {
    const client = await scene.greeted();
    client.send({ id: 70, method: 'connect', parameters });
    const { problem } = await client.next((message) => message.id === 70);
    expect(problem?.code).toBe('parameters_invalid');
    expect(scene.fake.acts).toEqual([]);
  });

  test('what is refused is not repeated: it may be a key', async () => {
    const client = await scene.greeted();
    const { problem } = await scene.connect(client, { configuration: { privateKey: 'S3CRET'.repeat(9) } });
    expect(problem?.code).toBe('parameters_invalid');
    expect(JSON.stringify(client.messages)).not.toContain('S3CRET');
    expect(JSON.stringify(scene.log)).not.toContain('S3CRET');
  });

  test('half a message, and the other half later', async () => {
    const client = await scene.greeted();
    const line = `${JSON.stringify({ id: 5, method: 'challenge', parameters: {} })}\n`;
    client.send(line.slice(0, 20));
    await new Promise((resolve) => setTimeout(resolve, 30));
    client.send(line.slice(20));
    expect((await client.next((message) => message.id === 5)).result).toBeDefined();
  });

  test('a flood is answered, each request once, and others are served meanwhile', async () => {
    const client = await scene.greeted();
    const other = await scene.greeted();
    const requests = Array.from({ length: 5000 }, (_, index) => ({
      id: 100 + index,
      method: 'challenge',
      parameters: {},
    }));
    client.send(...requests);
    expect((await other.request('challenge')).result).toBeDefined();
    await client.next((message) => message.id === 5099);
    const ids = client.messages.flatMap(({ id }) => (typeof id === 'number' ? [id] : []));
    expect(ids).toHaveLength(5000);
    expect(new Set(ids).size).toBe(5000);
  });

  test('whoever does not read is dropped', async () => {
    const client = await scene.greeted();
    client.socket.pause();
    const request = `${JSON.stringify({ id: 1, method: 'nonsense', parameters: {} })}\n`;
    for (let sent = 0; sent < 40 && !client.socket.destroyed; sent += 1) {
      client.socket.write(request.repeat(500));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    client.socket.resume();
    await client.closed();
    expect((await (await scene.greeted()).request('challenge')).result).toBeDefined();
  });

  test('too many connections are told so, and the others stay', async () => {
    const clients = await Promise.all(Array.from({ length: 32 }, () => scene.greeted()));
    const { problem } = await scene.raw().next((message) => message.id === null);
    expect(problem?.code).toBe('too_many_connections');
    expect((await clients[0]?.request('challenge'))?.result).toBeDefined();
  });
});

describe('who may do what', () => {
  test.each(['reloadAnchors', 'enableUser', 'disableUser'])('%s is the administrator’s', async (method) => {
    const client = await scene.greeted();
    expect((await client.request(method, { uid: 1 })).problem?.code).toBe('not_administrator');
  });

  test('the administrator reloads anchors; one that others can write is not used, and said', async () => {
    writeFileSync(join(scene.directory, 'anchor.d/loose.json'), '{}', { mode: 0o666 });
    chmodSync(join(scene.directory, 'anchor.d/loose.json'), 0o666);
    const client = await scene.greeted(scene.adminSocket);
    expect((await client.request('reloadAnchors')).result).toEqual({ anchors: ['test'] });
    const { warnings } = await client.status((status) => status.warnings.length > 0);
    expect(warnings[0]).toMatchObject({
      code: 'untrusted_file',
      reason: expect.stringContaining('loose.json') as string,
    });
  });

  test('a user is enabled where the administrator has prepared the folder, and disabled again', async () => {
    const administrator = await scene.greeted(scene.adminSocket);
    const user = await scene.greeted();
    expect((await administrator.request('disableUser', { uid: personUid })).result).toEqual({});
    await user.closed();
    expect(() => statSync(scene.userSocket)).toThrow('ENOENT');
    expect((await administrator.request('enableUser', { uid: personUid })).result).toEqual({});
    await scene.greeted();
    expect((await administrator.request('enableUser', { uid: 4343 })).problem?.code).toBe(
      'user_not_prepared',
    );
  });

  test('another user’s folder under one’s own name is not used', async () => {
    const administrator = await scene.greeted(scene.adminSocket);
    mkdirSync(join(scene.directory, 'user/4343'));
    expect((await administrator.request('enableUser', { uid: 4343 })).problem?.code).toBe(
      'user_not_prepared',
    );
  });
});

describe('another user’s tunnel', () => {
  let administrator: RawClient;
  let user: RawClient;
  beforeEach(async () => {
    administrator = await scene.greeted(scene.adminSocket);
    user = await scene.greeted();
  });

  test('is seen without its name, and cannot be stopped or replaced', async () => {
    await scene.connect(administrator);
    await administrator.status(({ state }) => state.kind === 'connected');
    const { state } = await user.status((status) => status.state.kind === 'connected');
    expect(state).toMatchObject({ kind: 'connected', tunnel: null, peers: [], registration: null });
    expect((await user.request('disconnect')).problem?.code).toBe('not_yours');
    expect((await scene.connect(user)).problem?.code).toBe('not_yours');
    expect(JSON.stringify(user.messages)).not.toContain('203.0.113.2');
  });

  test('the administrator may stop a user’s', async () => {
    await scene.connect(user);
    await user.status(({ state }) => state.kind === 'connected');
    expect((await administrator.request('disconnect')).result).toEqual({});
    await user.status(({ state }) => state.kind === 'disconnected');
  });
});

describe('start and end', () => {
  test('the socket is there with its mode from the first moment, and a stale one is replaced', async () => {
    await scene.stop();
    const stale = createServer().listen(scene.userSocket);
    await eventually('the stale socket', () => statSync(scene.userSocket, { throwIfNoEntry: false }));
    await scene.start();
    expect(statSync(scene.userSocket).mode & 0o777).toBe(0o666);
    await scene.greeted();
    stale.close();
  });

  test('the folder of a user that is not usable keeps nobody else out', async () => {
    await scene.stop();
    mkdirSync(scene.userSocket);
    await scene.start();
    expect(scene.log.map(({ event }) => event)).toContain('userSocketNotOpened');
    await scene.greeted(scene.adminSocket);
    rmSync(scene.userSocket, { recursive: true });
  });

  test('nothing of where anybody connects to is in the log', async () => {
    const client = await scene.greeted();
    await scene.connect(client);
    await client.status(({ state }) => state.kind === 'connected');
    await client.request('disconnect');
    const text = JSON.stringify(scene.log);
    expect(text).toContain('connected');
    for (const word of ['203.0.113.2', 'office', 'gateway.test']) expect(text).not.toContain(word);
  });
});
