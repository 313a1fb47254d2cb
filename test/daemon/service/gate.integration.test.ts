import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { toConfigurationMessage } from '#shared/wireguard/configuration-conversion.ts';
import { declare } from '#test/shared/registration/declare.ts';
import {
  DAY,
  issueStatusList,
  makeConfiguration,
  makeEndpoint,
  makeKey,
  NOW,
  proveDevice,
} from '#test/shared/registration/issue.ts';
import { ServiceScene, type RawClient } from './service-scene.ts';

let scene: ServiceScene;
let client: RawClient;

beforeEach(async () => {
  scene = new ServiceScene();
  scene.trustGateway();
  await scene.start();
  client = await scene.greeted();
  scene.fake.acts.length = 0;
});
afterEach(() => scene.remove());

const kind = (wanted: string) => (status: { readonly state: { readonly kind: string } }) =>
  status.state.kind === wanted;

describe('the gate', () => {
  test('a registered tunnel comes up: firewall and target first, then device and routes', async () => {
    expect((await scene.connect(client)).result).toEqual({ attempt: expect.any(Number) as number });
    const status = await client.status(kind('connected'));
    expect(status).toMatchObject({
      target: 'protected',
      firewall: 'closed',
      state: {
        tunnel: 'office',
        since: NOW,
        peers: [{ endpoint: '203.0.113.2:51820', latestHandshakeAt: NOW, receivedBytes: 92, sentBytes: 148 }],
        registration: { issuer: 'https://gateway.test', assurance: 'attested', statusListIssuedAt: NOW - 60 },
      },
    });
    const [first, second, ...rest] = scene.fake.acts;
    expect(new Set([first, second])).toEqual(new Set(['firewall closed', 'target protected']));
    expect(rest).toEqual(['device up', 'routes set', 'dns set']);
  });

  test('without a certificate it is refused as unregistered, and nothing at all is done', async () => {
    const { problem } = await scene.connect(client, { certificate: undefined, deviceProof: undefined });
    expect(problem?.code).toBe('unregistered');
    expect(scene.fake.acts).toEqual([]);
  });

  test('a name is not even looked up before the registration has been verified', async () => {
    scene.configuration = makeConfiguration([makeEndpoint('elsewhere.example')]);
    expect((await scene.connect(client)).problem?.code).toBe('endpoint_not_covered');
    expect(scene.fake.acts).toEqual([]);
  });

  test('a registered name is resolved by the fetcher, and the firewall lets out to what it found', async () => {
    scene.endpoints.splice(0, 1, makeEndpoint('vpn.example'));
    scene.configuration = makeConfiguration(scene.endpoints);
    scene.fake.names.set('vpn.example', ['203.0.113.7']);
    await scene.connect(client);
    await client.status(kind('connected'));
    expect(scene.fake.acts[0]).toBe('resolve vpn.example');
    expect(scene.fake.policies.at(-1)).toMatchObject({
      endpoints: [{ address: '203.0.113.7', port: 51_820 }],
    });
  });

  test('a name without an address is refused, and nothing is changed', async () => {
    scene.endpoints.splice(0, 1, makeEndpoint('vpn.example'));
    scene.configuration = makeConfiguration(scene.endpoints);
    expect((await scene.connect(client)).problem?.code).toBe('endpoint_unresolvable');
    expect(scene.fake.acts).toEqual(['resolve vpn.example']);
  });

  test('where the tunnel’s name servers cannot be set it is refused before anything changes', async () => {
    scene.fake.supportsDns = false;
    expect((await scene.connect(client)).problem).toBeDefined();
    expect(scene.fake.acts).toEqual([]);
  });

  test('a proof counts once', async () => {
    const { nonce, instance } = (await client.request('challenge')).result as Record<
      'nonce' | 'instance',
      string
    >;
    const { device, configuration } = scene;
    const certificate = scene.certificate();
    const deviceProof = proveDevice({ device, certificate, configuration, nonce, instance });
    const parameters = {
      tunnel: 'office',
      configuration: toConfigurationMessage(configuration),
      certificate,
      deviceProof,
    };
    expect((await client.request('connect', parameters)).result).toBeDefined();
    expect((await client.request('connect', parameters)).problem?.code).toBe('proof_nonce_unknown');
  });

  test('a proof counts on the connection that was asked, and on no other', async () => {
    const { nonce, instance } = (await client.request('challenge')).result as Record<
      'nonce' | 'instance',
      string
    >;
    const { device, configuration } = scene;
    const certificate = scene.certificate();
    const deviceProof = proveDevice({ device, certificate, configuration, nonce, instance });
    const other = await scene.greeted();
    await other.request('challenge');
    const answer = await other.request('connect', {
      tunnel: 'office',
      configuration: toConfigurationMessage(configuration),
      certificate,
      deviceProof,
    });
    expect(answer.problem?.code).toBe('proof_nonce_unknown');
    expect(scene.fake.acts).toEqual([]);
  });

  test('a proof is late after a minute', async () => {
    const asked = client.request('challenge');
    await asked;
    scene.fake.boot += 61;
    const { nonce, instance } = (await asked).result as Record<'nonce' | 'instance', string>;
    const { device, configuration } = scene;
    const certificate = scene.certificate();
    const deviceProof = proveDevice({ device, certificate, configuration, nonce, instance });
    const configurationMessage = toConfigurationMessage(configuration);
    const parameters = { tunnel: 'x', configuration: configurationMessage, certificate, deviceProof };
    expect((await client.request('connect', parameters)).problem?.code).toBe('proof_nonce_unknown');
  });
});

describe('a declaration', () => {
  const accept = async (text: string): Promise<void> => {
    const file = join(scene.directory, 'policy.d/50-accepted-assurance.json');
    writeFileSync(file, text);
    chmodSync(file, 0o644);
    await (await scene.greeted(scene.adminSocket)).request('reloadAnchors');
  };
  const stated = () => scene.connect(client, {}, declare(scene.device, scene.endpoints));
  /** The gateway is asked for news meanwhile. */
  const deviceActs = () => scene.fake.acts.filter((act) => /^(device|firewall|target)/.test(act));
  const accepting = '{"also_accepted_assurances":["declared"]}';

  test('opens nothing by itself: refused, and nothing at all is done', async () => {
    expect((await stated()).problem).toMatchObject({
      code: 'declaration_not_accepted',
      nextAction: expect.stringContaining('sudo sanad policy accept declared') as string,
    });
    expect(scene.fake.acts).toEqual([]);
  });

  test('comes up where the administrator accepts it, and everybody sees whose word it is', async () => {
    await accept(accepting);
    expect((await stated()).problem).toBeUndefined();
    const { state } = await client.status(kind('connected'));
    expect(state).toMatchObject({
      registration: {
        assurance: 'declared',
        issuer: `urn:ietf:params:oauth:jwk-thumbprint:sha-256:${scene.device.kid}`,
        authority: 'pk-pta',
        expiresAt: NOW - 3600 + 90 * DAY,
        statusListIssuedAt: null,
      },
    });
  });

  test('needs no gateway: neither key set nor status list is there', async () => {
    rmSync(join(scene.directory, 'anchor.d/test.json'));
    await accept(accepting);
    expect((await stated()).problem).toBeUndefined();
    await client.status(kind('connected'));
  });

  test('moves no clock: its time raises no floor', async () => {
    await accept(accepting);
    const ahead = { iat: NOW + 290, nbf: NOW, exp: NOW + DAY };
    await scene.connect(client, {}, declare(scene.device, scene.endpoints, ahead));
    await client.status(kind('connected'));
    expect(scene.fake.memory).toMatchObject({ kind: 'read' });
    expect(JSON.stringify(scene.fake.memory)).not.toContain(String(NOW + 290));
  });

  test('ends with the consent: a later policy takes the running tunnel down, and traffic stays blocked', async () => {
    await accept(accepting);
    await stated();
    await client.status(kind('connected'));
    const managed = join(scene.directory, 'policy.d/90-managed.json');
    writeFileSync(managed, '{"accepted_assurances":["attested","exempt"]}');
    chmodSync(managed, 0o644);
    scene.fake.acts.length = 0;
    await (await scene.greeted(scene.adminSocket)).request('reloadAnchors');
    const status = await client.status(kind('blocked'));
    expect(status).toMatchObject({
      target: 'protected',
      firewall: 'closed',
      state: { cause: { code: 'declaration_not_accepted' } },
    });
    expect(scene.fake.acts).toContain('device down');
    expect((await stated()).problem?.code).toBe('declaration_not_accepted');
  });

  test('ends in the very second of its exp, while the tunnel is up', async () => {
    await accept(accepting);
    const exp = NOW + 60;
    await scene.connect(client, {}, declare(scene.device, scene.endpoints, { exp }));
    await client.status(kind('connected'));
    scene.fake.now = exp;
    await (await scene.greeted(scene.adminSocket)).request('reloadAnchors');
    const status = await client.status(kind('blocked'));
    expect(status).toMatchObject({ state: { cause: { code: 'declaration_expired' } } });
  });

  test('gives way to a certificate in the running tunnel without touching the device', async () => {
    await accept(accepting);
    await stated();
    await client.status(kind('connected'));
    scene.fake.acts.length = 0;
    const certificate = scene.certificate();
    expect((await scene.replace(client, certificate)).problem).toBeUndefined();
    const { state } = await client.status(
      ({ state }) => state.kind === 'connected' && state.registration?.assurance === 'attested',
    );
    expect(state).toMatchObject({ registration: { issuer: 'https://gateway.test' } });
    expect(deviceActs()).toEqual([]);
  });

  test('of another device opens nothing', async () => {
    await accept(accepting);
    const other = declare(makeKey(), scene.endpoints);
    expect((await scene.connect(client, {}, other)).problem?.code).toBe('proof_device_mismatch');
    expect(deviceActs()).toEqual([]);
  });

  test('is checked for a tunnel as connect would, and has no list to be of any time', async () => {
    const endpoints = scene.endpoints.map(({ public_key: publicKey, host, port }) => ({
      publicKey,
      host,
      port,
    }));
    const certificate = declare(scene.device, scene.endpoints);
    const ask = async () => (await client.request('checkRegistration', { endpoints, certificate })).result;
    expect(await ask()).toMatchObject({ refusal: { code: 'declaration_not_accepted' } });
    await accept(accepting);
    expect(await ask()).toEqual({ refusal: null, statusListIssuedAt: null });
  });
});

describe('after the gate', () => {
  test('disconnecting takes the tunnel down, then opens the firewall, then answers', async () => {
    await scene.connect(client);
    await client.status(kind('connected'));
    scene.fake.acts.length = 0;
    expect((await client.request('disconnect')).result).toEqual({});
    expect(scene.fake.acts.at(-1)).toBe('firewall open');
    expect(scene.fake.acts).toContain('target unprotected');
    expect(scene.fake.acts.indexOf('device down')).toBeLessThan(scene.fake.acts.indexOf('firewall open'));
    expect(await client.status(kind('disconnected'))).toMatchObject({
      target: 'unprotected',
      firewall: 'open',
    });
  });

  test('a revocation delivered by anybody takes the tunnel down and leaves the firewall closed', async () => {
    await scene.connect(client);
    await client.status(kind('connected'));
    const statusList = issueStatusList(scene.gateway, { statuses: { 7: 1 }, iat: NOW - 30 });
    expect((await client.request('deliver', { statusList })).result).toEqual({});
    const status = await client.status(kind('blocked'));
    expect(status).toMatchObject({
      target: 'protected',
      firewall: 'closed',
      state: { tunnel: 'office', cause: { code: 'registration_revoked' } },
    });
    expect(scene.fake.policies.at(-1)).toMatchObject({ kind: 'closed', endpoints: [] });
    expect((await scene.connect(client)).problem?.code).toBe('registration_revoked');
  });

  test('an older list changes nothing', async () => {
    const statusList = issueStatusList(scene.gateway, { iat: NOW - 120 });
    expect((await client.request('deliver', { statusList })).problem?.code).toBe('status_list_older');
  });

  test('a refresh fetches key set and list, and a revocation in it counts at once', async () => {
    await scene.connect(client);
    await client.status(kind('connected'));
    const { gateway, fake } = scene;
    const keySet = fake.files.get(`key-set ${gateway.origin}`) ?? '';
    fake.web.set(`${gateway.origin}/v1/key-set`, () => keySet);
    fake.web.set(gateway.statusListUri, () => issueStatusList(gateway, { statuses: { 7: 1 }, iat: NOW }));
    const { result } = await client.request('refresh');
    expect(result).toEqual({
      fetched: [
        { uri: `${gateway.origin}/v1/key-set`, problem: null, issuedAt: NOW - 86_400 },
        { uri: gateway.statusListUri, problem: null, issuedAt: NOW },
      ],
    });
    await client.status(kind('blocked'));
  });

  test('a refresh asked for while another is under way tells of the time after it was asked for', async () => {
    await scene.connect(client);
    await client.status(kind('connected'));
    const { gateway, fake } = scene;
    const keySet = fake.files.get(`key-set ${gateway.origin}`) ?? '';
    fake.web.set(`${gateway.origin}/v1/key-set`, () => keySet);
    const slow = Promise.withResolvers<string>();
    fake.web.set(gateway.statusListUri, () => slow.promise);
    const first = client.request('refresh');
    await vi.waitFor(() => expect(fake.acts).toContain(`get ${gateway.statusListUri}`));
    // Published after the first one asked: whoever asks now must not be told of the list before.
    const revoked = issueStatusList(gateway, { statuses: { 7: 1 }, iat: NOW });
    fake.web.set(gateway.statusListUri, () => revoked);
    const others = [await scene.greeted(), await scene.greeted()];
    const asked = others.map((other) => other.request('refresh'));
    await (await scene.greeted()).request('challenge');
    slow.resolve(issueStatusList(gateway, { iat: NOW - 40 }));
    const issuedAt = async (answer: ReturnType<typeof client.request>) =>
      ((await answer).result as { fetched: readonly { issuedAt: number }[] }).fetched[1]?.issuedAt;
    expect(await issuedAt(first)).toBe(NOW - 40);
    expect(await Promise.all(asked.map(issuedAt))).toEqual([NOW, NOW]);
    await client.status(kind('blocked'));
    expect(fake.acts.filter((act) => act === `get ${gateway.statusListUri}`)).toHaveLength(2);
  });

  test('a refresh that fails says what failed, by uri', async () => {
    const { result } = await client.request('refresh');
    const fetched = result?.['fetched'] as readonly { readonly problem: { readonly code: string } | null }[];
    expect(fetched.map(({ problem }) => problem?.code)).toEqual([
      'endpoint_unresolvable',
      'endpoint_unresolvable',
    ]);
  });

  test('a device that goes takes the tunnel with it, and the firewall stays closed', async () => {
    await scene.connect(client);
    await client.status(kind('connected'));
    scene.fake.vanish();
    const status = await client.status(kind('blocked'));
    expect(status).toMatchObject({ firewall: 'closed', state: { cause: { code: 'tunnel_vanished' } } });
  });

  test('another certificate is taken without touching the interface', async () => {
    await scene.connect(client);
    await client.status(kind('connected'));
    scene.fake.acts.length = 0;
    const { nonce, instance } = (await client.request('challenge')).result as Record<
      'nonce' | 'instance',
      string
    >;
    const { device, configuration } = scene;
    const certificate = scene.certificate();
    const deviceProof = proveDevice({ device, certificate, configuration, nonce, instance });
    const answer = await client.request('replaceRegistration', { certificate, deviceProof });
    expect(answer.result).toEqual({});
    expect(scene.fake.acts).toEqual([]);
  });

  test('checking a registration changes nothing', async () => {
    const endpoints = [{ publicKey: scene.endpoints[0]?.public_key, host: '203.0.113.2', port: 51_820 }];
    const certificate = scene.certificate();
    expect((await client.request('checkRegistration', { endpoints, certificate })).result).toEqual({
      refusal: null,
      statusListIssuedAt: NOW - 60,
    });
    const without = await client.request('checkRegistration', { endpoints });
    expect(without.result).toMatchObject({ refusal: { code: 'unregistered' }, statusListIssuedAt: null });
    expect(scene.fake.acts).toEqual([]);
  });
});
