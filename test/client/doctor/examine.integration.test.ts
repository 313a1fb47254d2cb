import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClientContext } from '#client/client-context.ts';
import { examine } from '#client/doctor/examine.ts';
import { checkNames, type Finding } from '#client/doctor/finding.ts';
import { json, startScriptedGateway, type ScriptedGateway } from '../gateway/scripted-gateway.ts';
import { memoryKeychain } from '../memory-keychain.ts';
import { problem, startScriptedDaemon, type ScriptedDaemon } from '../scripted-daemon.ts';
import { KEY, soundMachine, tunnel } from './scene.ts';

const NOW = 1_800_000_000;
const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';

let gateway: ScriptedGateway;
let daemon: ScriptedDaemon;
let home: string;
let client: ClientContext;

beforeAll(async () => {
  gateway = await startScriptedGateway();
});
afterAll(async () => await gateway.close());

beforeEach(async () => {
  gateway.routes.clear();
  gateway.routes.set('GET /v1/health', (response) => json(response, { ok: true, time: NOW }));
  gateway.routes.set('GET /v1/public-address', (response) => json(response, { address: '203.0.113.7' }));
  daemon = await startScriptedDaemon({ script: () => ({ refusal: null, statusListIssuedAt: null }) });
  home = mkdtempSync(join(tmpdir(), 'sanad-doctor-'));
  store('tunnel', 'office', tunnel('vpn.example'));
  client = {
    configDirectory: home,
    anchors: { directory: gateway.fetcher.anchorDirectory, ownerUid: process.getuid?.() ?? 0 },
    daemonSocket: daemon.path,
    relaySocket: gateway.fetcher.relaySocket,
    keychain: memoryKeychain(
      new Map([
        ['device-key', 'secret'],
        ['tunnel/office', 'secret'],
      ]),
    ),
    program: 'sanad scripted',
    now: () => NOW,
  };
});
afterEach(async () => {
  await daemon.close();
  rmSync(home, { recursive: true });
});

function store(folder: string, name: string, record: object): void {
  mkdirSync(join(home, folder), { recursive: true });
  writeFileSync(join(home, folder, `${name}.json`), JSON.stringify(record));
}

const registered = (fields: Readonly<Record<string, string>>) =>
  store('registration', ID, {
    version: 1,
    gateway: gateway.anchor.name,
    origin: gateway.anchor.origin,
    tunnel: 'office',
    device: 'x',
    certificate: null,
    view: {
      id: ID,
      state: 'attested',
      profile: 'pk-pta@1',
      route: 'A',
      category: 'company',
      endpoints: [{ public_key: KEY, host: 'vpn.example', port: 51_820 }],
      note: null,
      submitted_at: NOW,
      changed_at: NOW,
      fields,
    },
  });

const statesOf = (found: readonly Finding[]) =>
  Object.fromEntries(found.map(({ check, state, code }) => [check, `${state}: ${code}`]));

describe('examine', () => {
  it('finds nothing wrong where nothing is, and looks at everything', async () => {
    registered({ source_address: '203.0.113.7' });
    expect(statesOf(await examine({ uid: 1000, client, probes: soundMachine }))).toEqual({
      service: 'ok: service_answers',
      socket: 'ok: socket_yours',
      firewall: 'ok: firewall_open',
      resolver: 'ok: resolver_answers',
      endpoint_name: 'ok: endpoint_found',
      handshake: 'not_checked: handshake_no_tunnel',
      gateway: 'ok: gateway_answers',
      keychain: 'ok: keychain_readable',
      registration: 'ok: registration_stands',
      public_address: 'ok: public_address_registered',
    });
  });

  it('works without service, gateway and keychain, and says of each what is known', async () => {
    const keychain = { ...client.keychain, look: () => Promise.reject(new Error('surprise')) };
    const alone = {
      ...client,
      keychain,
      daemonSocket: '/nowhere/user/1/sanadd.sock',
      relaySocket: join(home, 'relay.sock'),
    };
    const found = await examine({ uid: 1000, client: alone, probes: soundMachine });
    expect(statesOf(found)).toMatchObject({
      service: 'failed: service_silent',
      firewall: 'not_checked: firewall_unseen',
      handshake: 'not_checked: handshake_no_service',
      gateway: 'failed: relay_unreachable',
      keychain: 'failed: check_broken',
      registration: 'not_checked: registration_no_service',
    });
    for (const { state, nextAction } of found) if (state === 'failed') expect(nextAction).toMatch(/\S/);
  });

  it('ends when everything hangs, all at once, and then says nothing of what it did not see', async () => {
    const asked: string[] = [];
    const hang = (name: string) => () => {
      asked.push(name);
      return new Promise<never>(() => undefined);
    };
    const probes = {
      ...soundMachine,
      entry: hang('entry'),
      firewallTables: hang('firewallTables'),
      resolvConf: hang('resolvConf'),
      lookup: hang('lookup'),
    };
    gateway.routes.set('GET /v1/health', () => undefined);
    const keychain = { ...client.keychain, look: hang('keychain') };
    const found = await examine({ uid: 1000, client: { ...client, keychain }, probes, milliseconds: 500 });
    expect(new Set(asked)).toEqual(new Set(['entry', 'firewallTables', 'resolvConf', 'lookup', 'keychain']));
    const hung = ['socket', 'firewall', 'resolver', 'endpoint_name', 'gateway', 'keychain'] as const;
    for (const check of hung) expect(statesOf(found)[check]).toBe('not_checked: check_timed_out');
    expect(statesOf(found)).toMatchObject({ service: 'ok: service_answers' });
  });

  it('never opens a secret, signs anything, or changes a thing', async () => {
    const refuse = () => Promise.reject(new Error('touched'));
    const keychain = { ...client.keychain, get: refuse, set: refuse, delete: refuse };
    const found = await examine({ uid: 1000, client: { ...client, keychain }, probes: soundMachine });
    expect(found.filter(({ state }) => state === 'failed')).toEqual([]);
    expect(gateway.requests.map(({ headers }) => headers['signature'])).not.toContainEqual(expect.anything());
    expect(new Set(daemon.asked.map(({ method }) => method))).toEqual(new Set(['checkRegistration']));
  });

  it('says what the service says of a registration', async () => {
    await daemon.close();
    daemon = await startScriptedDaemon({
      script: () => ({ refusal: problem('registration_revoked'), statusListIssuedAt: null }),
    });
    const found = await examine({
      uid: 1000,
      client: { ...client, daemonSocket: daemon.path },
      probes: soundMachine,
    });
    expect(found).toContainEqual(
      expect.objectContaining({ check: 'registration', subject: 'office', code: 'registration_revoked' }),
    );
  });

  it('tells a moved line from the registered one, as a warning', async () => {
    registered({ source_address: '198.51.100.1, 2001:db8::1' });
    const found = await examine({ uid: 1000, client, probes: soundMachine });
    expect(statesOf(found)['public_address']).toBe('warning: public_address_other');
    expect(found.find(({ check }) => check === 'public_address')?.reason).toContain('203.0.113.7');
  });

  it('says a damaged file of this person’s once for each check that needed it', async () => {
    writeFileSync(join(home, 'tunnel', 'office.json'), '{');
    const states = statesOf(await examine({ uid: 1000, client, probes: soundMachine }));
    expect(states).toMatchObject({
      service: 'ok: service_answers',
      endpoint_name: 'failed: stored_file_unreadable',
      registration: 'failed: stored_file_unreadable',
    });
  });

  it('keeps the order in which one thing hangs on the other', async () => {
    const found = await examine({ uid: 1000, client, probes: soundMachine });
    expect([...new Set(found.map(({ check }) => check))]).toEqual([...checkNames]);
  });
});
