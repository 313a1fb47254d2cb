import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodePrimitives } from '#daemon/platform/node-primitives.ts';
import { LinuxNetwork } from '#daemon/platform/linux/network/linux-network.ts';
import { chooseBackend, removeDevice } from '#daemon/platform/linux/wireguard/choose-backend.ts';
import { KernelBackend } from '#daemon/platform/linux/wireguard/kernel-backend.ts';
import { LinuxWireGuard } from '#daemon/platform/linux/wireguard/linux-wireguard.ts';
import type { NetworkState } from '#daemon/port/network.ts';
import type { BringUp } from '#daemon/port/wireguard.ts';
import { verifyRegistration } from '#shared/registration/verify-registration.ts';
import { parseConfigurationMessage } from '#shared/wireguard/configuration-conversion.ts';
import { until } from '#test/lab/process.ts';
import { issueCertificate, makeScene, proveDevice } from '#test/shared/registration/issue.ts';
import { exampleDevice, publicKey } from './example-device.ts';
import { far, makeTwoHosts, near, twoHostsImpossible, type TwoHosts } from './two-hosts.ts';

const names = { device: 'sanad0', mark: 23_118 };
const ip = (...words: readonly string[]): string => execFileSync('ip', words, { stdio: 'pipe' }).toString();

let hosts: TwoHosts;
let wireguard: LinuxWireGuard;
let network: LinuxNetwork;
let vanished = 0;

const full: NetworkState = {
  addresses: [
    { family: 4, address: near.tunnel, prefixLength: 32 },
    { family: 6, address: near.tunnel6, prefixLength: 128 },
  ],
  mtu: 1420,
  routes: [
    { family: 4, address: '0.0.0.0', prefixLength: 0 },
    { family: 6, address: '::', prefixLength: 0 },
  ],
  namesOutside: { uid: 981, servers: ['192.0.2.53', '2001:db8::53'] },
};

const makeWireGuard = (): LinuxWireGuard =>
  new LinuxWireGuard({
    mark: names.mark,
    choose: () => chooseBackend(names),
    removeLeftover: () => removeDevice(names),
  });

/** A tunnel to the far end that has passed the gate. */
function verified(): BringUp {
  const configuration = parseConfigurationMessage({
    privateKey: hosts.nearPrivate,
    addresses: [`${near.tunnel}/32`, `${near.tunnel6}/128`],
    dns: { servers: [], searchDomains: [] },
    peers: [
      {
        publicKey: hosts.farPublic,
        presharedKey: hosts.preshared,
        endpoint: { host: far.address, port: far.port },
        allowedIps: ['0.0.0.0/0', '::/0'],
      },
    ],
  });
  const { gateway, device, options } = makeScene();
  const endpoints = [{ public_key: hosts.farPublic, host: far.address, port: far.port }];
  const certificate = issueCertificate(gateway, device, endpoints);
  const asked = { nonce: 'bm9uY2U', instance: 'instance-1' };
  const deviceProof = { ...asked, text: proveDevice({ device, certificate, configuration, ...asked }) };
  const outcome = verifyRegistration({
    ...options,
    certificate,
    configuration,
    deviceProof,
    primitives: nodePrimitives,
  });
  if (outcome.kind === 'refused') throw new Error(outcome.refusal.code);
  const [peer] = configuration.peers;
  if (peer === undefined) throw new Error('no peer');
  const peers = [{ publicKey: peer.publicKey, address: far.address, port: far.port }];
  return { registration: outcome.registration, peers };
}

async function connect(tunnel = verified()): Promise<number | null> {
  await Promise.all([wireguard.bringUp(tunnel), network.set(full)]);
  return await wireguard.awaitHandshake(AbortSignal.timeout(5000));
}

async function disconnect(): Promise<void> {
  await Promise.all([network.clear(), wireguard.takeDown()]);
}

const impossible = twoHostsImpossible();

describe.skipIf(impossible !== null)(`adapters on a real system ${impossible ?? ''}`, () => {
  beforeAll(async () => {
    hosts = await makeTwoHosts();
    wireguard = makeWireGuard();
    network = new LinuxNetwork(names);
    wireguard.onVanished(() => (vanished += 1));
    await wireguard.prepare();
    await network.prepare();
  });
  afterAll(async () => {
    await network.close();
    await wireguard.close();
    await hosts.close();
  });

  test('the idle device is down, with neither address nor peer', async () => {
    expect(ip('-o', 'link', 'show', 'dev', 'sanad0')).toContain('state DOWN');
    expect(ip('address', 'show', 'dev', 'sanad0')).not.toContain('inet');
    expect(await wireguard.read()).toEqual([]);
  });

  test('connecting makes a handshake without a packet of anybody’s, and packets pass', async () => {
    expect(await connect()).toBeGreaterThan(1_700_000_000);
    expect(hosts.ping(far.tunnel)).toBe(true);
    expect(hosts.ping(far.tunnel6)).toBe(true);
    const [peer] = await wireguard.read();
    expect(peer).toMatchObject({
      publicKey: hosts.farPublic,
      endpoint: { address: far.address, port: far.port },
      allowedIps: full.routes,
    });
    expect(peer?.receivedBytes).toBeGreaterThan(0);
  });

  test('whom nobody wanted kept alive is quiet after the handshake', () => {
    const dump = execFileSync('wg', ['show', 'sanad0', 'dump'], { stdio: 'pipe' }).toString();
    expect(dump.trim().split('\n').at(-1)).toMatch(/\toff$/);
  });

  test('encrypted packets carry the mark, and everything else asks the tunnel’s table', () => {
    expect(ip('rule', 'show')).toContain('5210:\tnot from all fwmark 0x5a4e lookup 23118');
    expect(ip('route', 'get', '203.0.113.99')).toContain('dev sanad0');
    expect(ip('route', 'get', far.address, 'mark', '0x5a4e')).toContain('dev near0');
  });

  test('one user asks the system’s name servers past the tunnel, nobody else and nothing else', () => {
    const way = (uid: number, port: string): string =>
      ip('route', 'get', '192.0.2.53', 'ipproto', 'udp', 'dport', port, 'uid', String(uid));
    expect(way(981, '53')).toContain('dev near0');
    expect(way(981, '443')).toContain('dev sanad0');
    expect(way(1000, '53')).toContain('dev sanad0');
    expect(ip('-6', 'rule', 'show')).toContain('to 2001:db8::53 uidrange 981-981 dport 53 lookup main');
  });

  test('clearing takes rules away by their maker, not by their place', async () => {
    ip('rule', 'add', 'to', '192.0.2.77', 'lookup', 'main', 'priority', '5208');
    await network.clear();
    expect(ip('rule', 'show')).not.toContain('192.0.2.53');
    expect(ip('rule', 'show')).toContain('192.0.2.77');
    ip('rule', 'del', 'to', '192.0.2.77', 'lookup', 'main', 'priority', '5208');
    await network.set(full);
  });

  test('setting the same again changes nothing', async () => {
    const before = ip('rule', 'show') + ip('-6', 'rule', 'show') + ip('route', 'show', 'table', 'all');
    await network.set(full);
    expect(ip('rule', 'show') + ip('-6', 'rule', 'show') + ip('route', 'show', 'table', 'all')).toBe(before);
    expect(hosts.ping(far.tunnel)).toBe(true);
  });

  test('a peer is moved to another address, and nothing else of it changes', async () => {
    const [before] = await wireguard.read();
    const { peers } = verified();
    const elsewhere = peers.map(({ publicKey }) => ({ publicKey, address: '2001:db8::9', port: 4500 }));
    await wireguard.move(elsewhere);
    const [moved] = await wireguard.read();
    expect(moved).toMatchObject({
      endpoint: { address: '2001:db8::9', port: 4500 },
      allowedIps: before?.allowedIps,
      latestHandshakeAt: before?.latestHandshakeAt,
    });
    await wireguard.move(peers);
    expect(hosts.ping(far.tunnel)).toBe(true);
  });

  test('disconnecting leaves no key, peer, address, route or rule', async () => {
    await disconnect();
    const dump = execFileSync('wg', ['show', 'sanad0', 'dump'], { stdio: 'pipe' }).toString();
    expect(dump).toMatch(/^\(none\)\t\(none\)\t\d+\t0x5a4e\n$/);
    expect(ip('address', 'show', 'dev', 'sanad0')).not.toContain('inet');
    expect(ip('rule', 'show') + ip('-6', 'rule', 'show')).not.toContain('23118');
    expect(ip('route', 'show', 'table', 'all')).not.toContain('sanad0');
    await disconnect();
  });

  test('ten times in a row, at once after one another', async () => {
    for (let round = 0; round < 10; round += 1) {
      expect(await connect()).not.toBeNull();
      await disconnect();
    }
  });

  test('a wait that is given up ends without a handshake', async () => {
    const { registration, peers } = verified();
    const nowhere = peers.map(({ publicKey, address }) => ({ publicKey, address, port: 9 }));
    await Promise.all([wireguard.bringUp({ registration, peers: nowhere }), network.set(full)]);
    expect(await wireguard.awaitHandshake(AbortSignal.timeout(300))).toBeNull();
    await disconnect();
  });

  test('what did not pass the gate does not come up, whatever the compiler was told', async () => {
    const { registration, peers } = verified();
    const forged = { ...registration };
    await expect(wireguard.bringUp({ registration: forged, peers })).rejects.toMatchObject({
      problem: { code: 'not_verified' },
    });
    expect(await wireguard.read()).toEqual([]);
  });

  test('a route that the system refuses is told by name, and the next set works', async () => {
    const wrong: NetworkState = { ...full, mtu: 70_000 };
    await expect(network.set(wrong)).rejects.toMatchObject({ problem: { code: 'set_routes_failed' } });
    expect(await connect()).not.toBeNull();
    await disconnect();
  });

  test('a device that goes is noticed, and another takes its place', async () => {
    expect(await connect()).not.toBeNull();
    const before = vanished;
    ip('link', 'del', 'sanad0');
    await until('the loss to be noticed', () => vanished === before + 1);
    await disconnect();
    await wireguard.prepare();
    await network.prepare();
    expect(await connect()).not.toBeNull();
    expect(hosts.ping(far.tunnel)).toBe(true);
    await disconnect();
  });

  test('the kernel’s way through wg(8) says and reads the same', async () => {
    const kernel = new KernelBackend(names);
    await kernel.configure(exampleDevice);
    const peers = await wireguard.read();
    expect(peers).toHaveLength(2);
    const inOrder = (await kernel.read()).toSorted((a, b) => (a.publicKey < b.publicKey ? -1 : 1));
    expect(inOrder).toEqual(peers);
    for (let reading = 0; reading < 32; reading += 1) expect(await wireguard.read()).toEqual(peers);
    await kernel.setKeepalive([publicKey('22')], 9);
    const moved = { publicKey: publicKey('22'), address: '2001:db8::9', port: 4500 };
    await kernel.setEndpoints([moved]);
    expect((await wireguard.read()).find((peer) => peer.publicKey === moved.publicKey)?.endpoint).toEqual({
      address: moved.address,
      port: moved.port,
    });
    await kernel.clear();
    expect(await wireguard.read()).toEqual([]);
  });

  test('another run of the service starts over with an idle device of its own', async () => {
    expect(await connect()).not.toBeNull();
    const next = makeWireGuard();
    await next.takeDown();
    expect(() => ip('link', 'show', 'sanad0')).toThrow('does not exist');
    const nextNetwork = new LinuxNetwork(names);
    await next.prepare();
    await nextNetwork.prepare();
    expect(await next.read()).toEqual([]);
    expect(ip('rule', 'show')).not.toContain('23118');
    await nextNetwork.close();
    await next.close();
    expect(() => ip('link', 'show', 'sanad0')).toThrow('does not exist');
  });
});
