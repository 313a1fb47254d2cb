import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Target } from '#daemon/core/tunnel-state.ts';
import { builtInPolicy, strictestPolicy } from '#shared/registration/policy.ts';
import { issueStatusList, makeConfiguration, makeEndpoint, NOW } from '#test/shared/registration/issue.ts';
import { personUid, ServiceScene } from './service-scene.ts';

const protectedTarget: Target = {
  kind: 'protected',
  owner: personUid,
  tunnel: 'office',
  closure: { kind: 'everything' },
  tunnelAddresses: ['10.66.66.2'],
};

let scene: ServiceScene;
beforeEach(() => {
  scene = new ServiceScene();
  scene.trustGateway();
});
afterEach(() => scene.remove());

describe('a start', () => {
  test('with nothing wanted: what an earlier run may have left is taken away, and it is open', async () => {
    await scene.start();
    expect(scene.fake.acts).toContain('device down');
    expect(scene.fake.acts).toContain('dns reset');
    expect(scene.fake.policies.at(-1)).toEqual({ kind: 'open' });
  });

  test('after a crash: closed before anything else, and it says what is missing', async () => {
    scene.fake.target = { kind: 'read', value: protectedTarget };
    await scene.start();
    expect(scene.fake.acts[0]).toBe('firewall closed');
    expect(scene.fake.acts).not.toContain('firewall open');
    const client = await scene.greeted();
    expect(client.messages[1]?.status).toMatchObject({
      target: 'protected',
      firewall: 'closed',
      state: { kind: 'blocked', tunnel: 'office', cause: { code: 'needs_credentials' } },
    });
  });

  test('after a crash one connects again straight from blocked', async () => {
    scene.fake.target = { kind: 'read', value: protectedTarget };
    await scene.start();
    const client = await scene.greeted();
    await scene.connect(client);
    await client.status(({ state }) => state.kind === 'connected');
    expect(scene.fake.acts).not.toContain('firewall open');
  });

  test('before the network is there: a peer’s name is asked of the name servers that the network brought', async () => {
    const { fake } = scene;
    scene.endpoints.splice(0, 1, makeEndpoint('vpn.example'));
    scene.configuration = makeConfiguration(scene.endpoints);
    fake.names.set('vpn.example', ['203.0.113.7', '2001:db8:2::8']);
    fake.target = { kind: 'read', value: protectedTarget };
    fake.resolvers = [];
    await scene.start();
    const client = await scene.greeted();
    fake.resolvers = ['192.0.2.53'];
    // Name servers do not say what this machine can reach.
    fake.ownAddresses = ['2001:db8:1::2'];
    fake.acts.length = 0;
    fake.policies = [];
    await scene.connect(client);
    await client.status(({ state }) => state.kind === 'connected');
    expect(fake.acts.slice(0, 2)).toEqual(['firewall closed', 'resolve vpn.example at 192.0.2.53']);
    expect(fake.policies[0]).toMatchObject({ endpoints: [], fetcher: { resolvers: ['192.0.2.53'] } });
    expect(fake.policies.at(-1)).toMatchObject({
      endpoints: [{ address: '2001:db8:2::8', port: 51_820 }],
    });
  });

  test('before the network is there: where gateways are is asked of the name servers that it brought', async () => {
    const { fake } = scene;
    fake.target = { kind: 'read', value: protectedTarget };
    fake.resolvers = [];
    await scene.start();
    const client = await scene.greeted();
    fake.resolvers = ['192.0.2.53'];
    fake.acts.length = 0;
    await client.request('refresh');
    expect(fake.policies.at(-1)).toMatchObject({ fetcher: { resolvers: ['192.0.2.53'] } });
    expect(fake.acts.indexOf('firewall closed')).toBeLessThan(fake.acts.indexOf('resolve origins'));
    expect(fake.acts[0]).toBe('firewall closed');
  });

  test('with an unreadable target: closed, it says why, and only the administrator opens it', async () => {
    const problem = { kind: 'daemon', code: 'state_corrupt', reason: 'r', nextAction: 'n' } as const;
    scene.fake.target = { kind: 'unreadable', problem };
    await scene.start();
    expect(scene.fake.policies.at(-1)).toMatchObject({ kind: 'closed', closure: { kind: 'everything' } });
    const administrator = await scene.greeted(scene.adminSocket);
    expect(administrator.messages[1]?.status?.state).toMatchObject({ kind: 'blocked', cause: problem });
    const user = await scene.greeted();
    expect(user.messages[1]?.status?.state).toMatchObject({ cause: { code: 'blocked_for_another' } });
    expect((await user.request('disconnect')).problem?.code).toBe('not_yours');
    expect((await administrator.request('disconnect')).result).toEqual({});
  });

  test('key sets and lists are read back, verified again; what is damaged is left out', async () => {
    const { gateway, fake } = scene;
    const name = `status-list ${gateway.statusListUri}`;
    const intact = fake.files.get(name) ?? '';
    fake.files.set(name, `${intact.slice(0, -4)}AAAA`);
    await scene.start();
    const client = await scene.greeted();
    expect((await scene.connect(client)).problem?.code).toBe('status_list_missing');
    await client.request('deliver', { statusList: intact });
    expect((await scene.connect(client)).result).toBeDefined();
  });
});

test('bad news that the disk did not take stays known when the anchors are read again', async () => {
  await scene.start();
  const client = await scene.greeted();
  scene.fake.diskIsFull = true;
  const statusList = issueStatusList(scene.gateway, { statuses: { 7: 1 }, iat: NOW - 10 });
  expect((await client.request('deliver', { statusList })).result).toEqual({});
  await (await scene.greeted(scene.adminSocket)).request('reloadAnchors');
  expect((await scene.connect(client)).problem?.code).toBe('registration_revoked');
});

test('what the disk did not take is said, and is on it as soon as there is room', async () => {
  await scene.start();
  const client = await scene.greeted();
  scene.fake.diskIsFull = true;
  const statusList = issueStatusList(scene.gateway, { statuses: { 7: 1 }, iat: NOW - 10 });
  await client.request('deliver', { statusList });
  await client.next(
    (message) => message.status?.warnings.some(({ code }) => code === 'state_write_failed') === true,
  );
  scene.fake.diskIsFull = false;
  // The same list again, as the next refresh brings it.
  await client.request('deliver', { statusList });
  await client.next((message) => message.status?.warnings.length === 0);
  await scene.stop();
  await scene.start();
  expect((await scene.connect(await scene.greeted())).problem?.code).toBe('registration_revoked');
});

describe('time', () => {
  test('a clock behind the newest signed time opens nothing, also after a restart', async () => {
    await scene.start();
    const client = await scene.greeted();
    await client.request('deliver', { statusList: issueStatusList(scene.gateway, { iat: NOW - 10 }) });
    await scene.stop();
    expect(scene.fake.memory).toMatchObject({ kind: 'read', value: { floor: NOW - 10 } });
    scene.fake.files.clear();
    scene.trustGateway();
    scene.fake.now = NOW - 1000;
    await scene.start();
    expect((await scene.connect(await scene.greeted())).problem?.code).toBe('clock_behind');
  });

  test('the floor goes on with the time since boot, whatever the wall clock does', async () => {
    await scene.start();
    const client = await scene.greeted();
    scene.fake.boot += 1000;
    expect((await scene.connect(client)).problem?.code).toBe('clock_behind');
  });
});

describe('policy', () => {
  const write = (name: string, text: string): void => {
    writeFileSync(join(scene.directory, 'policy.d', name), text);
    chmodSync(join(scene.directory, 'policy.d', name), 0o644);
  };

  test('a policy that requires a tunnel keeps a user from going on without one', async () => {
    write('10-office.json', '{"continue_without_tunnel":false}');
    scene.fake.target = { kind: 'read', value: protectedTarget };
    await scene.start();
    const client = await scene.greeted();
    expect((await client.request('disconnect')).problem?.code).toBe('tunnel_required');
    const administrator = await scene.greeted(scene.adminSocket);
    expect((await administrator.request('disconnect')).result).toEqual({});
  });

  test('nor from slipping through between losing the registration and being blocked', async () => {
    write('10-office.json', '{"continue_without_tunnel":false}');
    await scene.start();
    const client = await scene.greeted();
    await scene.connect(client);
    await client.status(({ state }) => state.kind === 'connected');
    const firewall = Promise.withResolvers<undefined>();
    scene.fake.ports.firewall.apply = async () => await firewall.promise;
    const statusList = issueStatusList(scene.gateway, { statuses: { 7: 1 }, iat: NOW - 30 });
    await client.request('deliver', { statusList });
    await client.status(({ state }) => state.kind === 'disconnecting');
    expect((await client.request('disconnect')).problem?.code).toBe('tunnel_required');
    firewall.resolve(undefined);
    await client.status(({ state }) => state.kind === 'blocked');
  });

  test('is told to whoever asks, with where each value comes from', async () => {
    write('10-office.json', '{"status_grace_seconds":7200,"continue_without_tunnel":false}');
    write('20-home.json', '{"continue_without_tunnel":true}');
    await scene.start();
    expect((await (await scene.greeted()).request('policy')).result).toEqual({
      policy: { ...builtInPolicy, status_grace_seconds: 7200 },
      origins: {
        accepted_assurances: { kind: 'built_in' },
        status_grace_seconds: { kind: 'file', file: '10-office.json' },
        clock_tolerance_seconds: { kind: 'built_in' },
        continue_without_tunnel: { kind: 'file', file: '20-home.json' },
      },
      problem: null,
    });
    await scene.stop();
    write('30-broken.json', '{');
    await scene.start();
    expect((await (await scene.greeted()).request('policy')).result).toMatchObject({
      policy: { status_grace_seconds: 7200 },
      origins: { status_grace_seconds: { kind: 'last_good' } },
      problem: { code: 'policy_invalid' },
    });
  });

  test('that was never valid is the strictest, and told as that', async () => {
    write('30-broken.json', '{');
    await scene.start();
    expect((await (await scene.greeted()).request('policy')).result).toMatchObject({
      policy: strictestPolicy,
      origins: { accepted_assurances: { kind: 'strictest' } },
    });
  });

  test('an invalid policy: the last good one stays, and it is said', async () => {
    write('10-office.json', '{"accepted_assurances":["exempt"]}');
    await scene.start();
    expect((await scene.connect(await scene.greeted())).problem?.code).toBe('assurance_not_accepted');
    await scene.stop();
    write('20-broken.json', '{"accepted_assurances":');
    await scene.start();
    const client = await scene.greeted();
    expect((await scene.connect(client)).problem?.code).toBe('assurance_not_accepted');
    expect(client.messages[1]?.status?.warnings).toMatchObject([{ code: 'policy_invalid' }]);
  });
});

describe('an end', () => {
  test('takes the tunnel down, keeps the target, and leaves the firewall closed with no way out for a tunnel', async () => {
    await scene.start();
    const client = await scene.greeted();
    await scene.connect(client);
    await client.status(({ state }) => state.kind === 'connected');
    await scene.stop();
    expect(scene.fake.acts.at(-1)).toBe('device down');
    expect(scene.fake.policies.at(-1)).toMatchObject({ kind: 'closed', endpoints: [] });
    expect(scene.fake.target).toMatchObject({ kind: 'read', value: { kind: 'protected', tunnel: 'office' } });
  });

  test('with nothing wanted leaves it open', async () => {
    await scene.start();
    await scene.stop();
    expect(scene.fake.policies.at(-1)).toEqual({ kind: 'open' });
  });
});
