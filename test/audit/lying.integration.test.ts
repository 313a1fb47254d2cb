import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FetcherSocket } from '#daemon/platform/fetcher-socket.ts';
import type { FirewallPolicy } from '#daemon/core/firewall-policy.ts';
import { MAX_FETCH_ANSWER_BYTES } from '#shared/contract/fetch-contract.ts';
import { ServiceScene, type RawClient } from '#test/daemon/service/service-scene.ts';
import {
  issueKeySet,
  issueStatusList,
  makeConfiguration,
  makeEndpoint,
  makeGateway,
  makeKey,
  NOW,
} from '#test/shared/registration/issue.ts';

let scene: ServiceScene;
let client: RawClient;
beforeEach(async () => {
  scene = new ServiceScene();
  scene.trustGateway();
  await scene.start();
  client = await scene.greeted();
});
afterEach(() => scene.remove());

async function connected(): Promise<void> {
  expect((await scene.connect(client)).result).toBeDefined();
  await client.status(({ state }) => state.kind === 'connected');
  scene.fake.acts.length = 0;
}

async function refreshedWith(keySet: string, statusList: string): Promise<readonly (string | undefined)[]> {
  const { gateway, fake } = scene;
  fake.web.set(`${gateway.origin}/v1/key-set`, () => keySet);
  fake.web.set(gateway.statusListUri, () => statusList);
  const { result } = await client.request('refresh');
  const fetched = result?.['fetched'] as readonly { readonly problem: { readonly code: string } | null }[];
  return fetched.map(({ problem }) => problem?.code);
}

/** CVE-2024-5921: whoever answers in the gateway's place, or the gateway itself, steers nobody. */
describe('a rogue gateway', () => {
  const other = makeGateway('https://gateway.test');
  const elsewhere = makeGateway('https://elsewhere.test');

  const lies: readonly (readonly [string, () => string, () => string, readonly (string | undefined)[]])[] = [
    [
      'with root keys of its own',
      () => issueKeySet(other, { version: 9 }),
      () => issueStatusList(other, { iat: NOW }),
      ['key_set_root_unknown', 'status_list_key_not_allowed'],
    ],
    [
      'that sends what another gateway signed',
      () => issueKeySet(elsewhere),
      () => issueStatusList(elsewhere, { iat: NOW }),
      ['key_set_root_unknown', 'status_list_key_not_allowed'],
    ],
    [
      'whose root speaks for another origin',
      () => issueKeySet(scene.gateway, { version: 9, iss: 'https://elsewhere.test' }),
      () => issueStatusList(scene.gateway, { iat: NOW, iss: 'https://elsewhere.test' }),
      ['key_set_malformed', 'status_list_issuer_wrong'],
    ],
    [
      'that sends other things under the same version and time',
      () => issueKeySet(scene.gateway, { status_origins: ['https://elsewhere.test'] }),
      () => issueStatusList(scene.gateway, { statuses: { 8: 1 } }),
      ['key_set_conflict', 'status_list_conflict'],
    ],
    [
      'that sends its list in place of the one that was asked for',
      () => issueKeySet(scene.gateway, { version: 2, signer: makeKey() }),
      () => issueStatusList(scene.gateway, { iat: NOW, sub: 'https://gateway.test/v1/status-list/2' }),
      ['key_set_root_unknown', 'status_list_issuer_wrong'],
    ],
  ];

  test.each(lies)('%s changes nothing', async (_, keySet, statusList, codes) => {
    await connected();
    const anchors = anchorFiles();
    const files = new Map(scene.fake.files);
    expect(await refreshedWith(keySet(), statusList())).toEqual(codes);
    expect(anchorFiles()).toEqual(anchors);
    expect(scene.fake.files).toEqual(files);
    expect(scene.fake.acts.filter((act) => !/^(get |resolve origins$|firewall closed$)/.test(act))).toEqual(
      [],
    );
    await client.status(({ state }) => state.kind === 'connected');
  });

  test('an older key set and list than the stored ones change nothing', async () => {
    const newer = issueKeySet(scene.gateway, { version: 3 });
    const list = issueStatusList(scene.gateway, { iat: NOW - 10 });
    expect(await refreshedWith(newer, list)).toEqual([undefined, undefined]);
    const answers = await refreshedWith(
      issueKeySet(scene.gateway, { version: 2 }),
      issueStatusList(scene.gateway, { iat: NOW - 20 }),
    );
    expect(answers).toEqual(['key_set_older', 'status_list_older']);
  });

  test('a key set may name other origins; the fetcher is let out to the anchor’s alone', async () => {
    const keySet = issueKeySet(scene.gateway, {
      version: 2,
      gateway_origins: ['https://elsewhere.test'],
      status_origins: ['https://elsewhere.test'],
    });
    await connected();
    await refreshedWith(keySet, issueStatusList(scene.gateway, { iat: NOW }));
    expect(letOut()).toEqual([{ address: '198.18.0.90', port: 443 }]);
  });

  test('that was joined too cannot put its list in the place of another’s', async () => {
    const rival = makeGateway('https://rival.test');
    const anchor = { ...rival.anchor, name: 'rival' };
    writeFileSync(join(scene.directory, 'anchor.d/rival.json'), JSON.stringify(anchor), { mode: 0o644 });
    const administrator = await scene.greeted(scene.adminSocket);
    await administrator.request('reloadAnchors');
    await connected();
    const keySet = issueKeySet(rival, { status_origins: [scene.gateway.origin] });
    expect((await client.request('deliver', { keySet })).result).toEqual({});
    const statusList = issueStatusList(rival, { iat: NOW, sub: scene.gateway.statusListUri });
    expect((await client.request('deliver', { statusList })).problem?.code).toBe('status_list_issuer_wrong');
    await client.status(({ state }) => state.kind === 'connected');
    const ownNews = issueStatusList(scene.gateway, { iat: NOW - 1 });
    expect((await client.request('deliver', { statusList: ownNews })).result).toEqual({});
  });

  function anchorFiles(): readonly string[] {
    const directory = join(scene.directory, 'anchor.d');
    return readdirSync(directory).map((name) => name + readFileSync(join(directory, name), 'utf8'));
  }
});

function letOut(): unknown {
  const policy: FirewallPolicy | undefined = scene.fake.policies.findLast(({ kind }) => kind === 'closed');
  return policy?.kind === 'closed' ? policy.fetcher?.origins : undefined;
}

describe('a lying fetcher', () => {
  test.each([
    [
      [
        '0.0.0.0',
        '::',
        '255.255.255.255',
        '224.0.0.1',
        'ff02::1',
        '::ffff:203.0.113.2',
        '203.0.113.2 } accept',
      ],
    ],
    [[]],
  ])('has no say in what a peer’s name may be: %j', async (addresses) => {
    scene.endpoints[0] = makeEndpoint('vpn.test');
    scene.configuration = makeConfiguration(scene.endpoints);
    scene.fake.names.set('vpn.test', addresses);
    scene.fake.acts.length = 0;
    expect((await scene.connect(client)).problem?.code).toBe('endpoint_unresolvable');
    expect(scene.fake.acts).toEqual(['resolve vpn.test']);
  });

  test('does not keep the firewall from closing', async () => {
    const { fetcher } = scene.fake.ports;
    fetcher.resolveOrigins = async () => [
      { origin: 'https://gateway.test', port: 0, addresses: ['198.18.0.91'], problem: null },
      { origin: 'https://evil.test', port: 53, addresses: ['9.9.9.9'], problem: null },
    ];
    await client.request('refresh');
    await connected();
    expect(letOut()).toEqual([{ address: '198.18.0.91', port: 443 }]);
  });
});

describe('on the fetcher’s socket', () => {
  let server: Server;
  let fetcher: FetcherSocket;
  const path = (): string => join(scene.directory, 'fetch.sock');

  async function answering(answer: (socket: Socket, id: number) => void): Promise<void> {
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        for (const line of data.toString().trim().split('\n')) {
          answer(socket, (JSON.parse(line) as { readonly id: number }).id);
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(path(), resolve));
    fetcher = new FetcherSocket(path());
  }
  afterEach(() => {
    fetcher.close();
    server.close();
  });

  const origins = (count: number, port: number) => ({
    origins: Array.from({ length: count }, (_, i) => ({
      origin: `https://${i}.test`,
      port,
      addresses: [],
      problem: null,
    })),
  });

  test.each<[string, (id: number) => string]>([
    ['an answer without an end', () => 'x'.repeat(MAX_FETCH_ANSWER_BYTES + 2)],
    ['no JSON', () => 'hello\n'],
    ['bytes that are no UTF-8', () => '\u0000\n'],
    ['an answer of another form', (id) => `${JSON.stringify({ id, result: { addresses: 'all' } })}\n`],
    ['a port that is none', (id) => `${JSON.stringify({ id, result: origins(1, 0) })}\n`],
    ['thousands of origins', (id) => `${JSON.stringify({ id, result: origins(5000, 443) })}\n`],
    ['a result and a problem', (id) => `${JSON.stringify({ id, result: origins(1, 443), problem: null })}\n`],
    ['a member more', (id) => `${JSON.stringify({ id, result: { ...origins(1, 443), uid: 0 } })}\n`],
  ])('%s is an error and no answer', async (_, text) => {
    await answering((socket, id) => socket.write(text(id)));
    await expect(fetcher.resolveOrigins()).rejects.toMatchObject({
      problem: { code: 'fetcher_answer_malformed' },
    });
  });

  test('answers swapped between questions bring nobody what another asked for', async () => {
    const ids: number[] = [];
    await answering((socket, id) => {
      ids.push(id);
      if (ids.length < 2) return;
      socket.write(`${JSON.stringify({ id: ids[0], result: { addresses: ['192.0.2.1'] } })}\n`);
      socket.write(`${JSON.stringify({ id: ids[1], result: { body: 'a.b.c' } })}\n`);
    });
    const asked = [fetcher.get('https://gateway.test/v1/key-set', 100), fetcher.resolve('vpn.test')];
    for (const one of await Promise.allSettled(asked)) expect(one.status).toBe('rejected');
  });
});
