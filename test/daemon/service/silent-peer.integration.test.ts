import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TunnelStatus } from '#shared/tunnel/tunnel-status.ts';
import { makeConfiguration, makeEndpoint, NOW } from '#test/shared/registration/issue.ts';
import { eventually, ServiceScene, type RawClient } from './service-scene.ts';

let scene: ServiceScene;
let client: RawClient;

const OLD = '203.0.113.7';
const NEW = '203.0.113.8';

beforeEach(async () => {
  scene = new ServiceScene();
  scene.trustGateway();
  scene.endpoints.splice(0, 1, makeEndpoint('vpn.example'));
  scene.configuration = makeConfiguration(scene.endpoints);
  scene.fake.names.set('vpn.example', [OLD]);
  await scene.start();
  client = await scene.greeted();
  await scene.connect(client);
  await client.status(({ state }) => state.kind === 'connected');
  scene.fake.acts.length = 0;
});
afterEach(() => scene.remove());

/** The counters move, so many seconds pass, and they are read: whoever connects has them read anew. */
async function passes(seconds: number, change: { readonly sent?: number; readonly received?: number }) {
  const { sent = 0, received = 0 } = change;
  scene.fake.boot += seconds;
  scene.fake.now += seconds;
  scene.fake.peers = scene.fake.peers.map((peer) => ({
    ...peer,
    sentBytes: peer.sentBytes + sent,
    receivedBytes: peer.receivedBytes + received,
  }));
  (await scene.greeted()).socket.destroy();
}

const fallSilent = async (): Promise<void> => {
  for (let readings = 0; readings < 4; readings += 1) await passes(15, { sent: 1000 });
};
const codes = ({ warnings }: TunnelStatus): readonly string[] => warnings.map(({ code }) => code);
const peerOf = ({ state }: TunnelStatus) => (state.kind === 'connected' ? state.peers[0] : undefined);

test('a peer that does not answer is found under its name past the tunnel: firewall first, then the device', async () => {
  scene.fake.names.set('vpn.example', [NEW]);
  await fallSilent();
  const moved = `peers moved to ${NEW}`;
  await eventually('the move', () => scene.fake.acts.includes(moved) || undefined);
  expect(scene.fake.acts.slice(0, 3)).toEqual([
    'resolve vpn.example at 198.51.100.1',
    'firewall closed',
    moved,
  ]);
  await eventually(
    'the old address to be closed',
    () => scene.fake.acts[3] === 'firewall closed' || undefined,
  );
  expect(
    scene.fake.policies
      .slice(-2)
      .map((policy) => policy.kind === 'closed' && policy.endpoints.map(({ address }) => address)),
  ).toEqual([[OLD, NEW], [NEW]]);
});

test('the status says so as long as it is so, to its owner', async () => {
  await fallSilent();
  const silent = await client.status((status) => codes(status).includes('peer_silent'));
  expect(silent).toMatchObject({ state: { kind: 'connected' }, firewall: 'closed', target: 'protected' });
  expect(peerOf(silent)?.silentSince).toBe(NOW);
  await passes(2, { received: 92 });
  const well = await client.status((status) => !codes(status).includes('peer_silent'));
  expect(peerOf(well)?.silentSince).toBeNull();
});

test('a tunnel that nobody uses is not looked after', async () => {
  for (let readings = 0; readings < 40; readings += 1) await passes(15, {});
  expect(scene.fake.acts).toEqual([]);
});

test('a device that sends elsewhere is called back, and the person is told', async () => {
  const strayed = { address: '192.0.2.66', port: 51_820 };
  scene.fake.peers = scene.fake.peers.map((peer) => ({ ...peer, endpoint: strayed }));
  await passes(2, { received: 92 });
  await eventually('the move', () => scene.fake.acts.includes(`peers moved to ${OLD}`) || undefined);
  const allowed = scene.fake.policies.flatMap((policy) => (policy.kind === 'closed' ? policy.endpoints : []));
  expect(allowed.map(({ address }) => address)).not.toContain('192.0.2.66');
  await client.status((status) => codes(status).includes('peer_strayed'));
});

test('a peer of a kind of address that this network has not is called at its other one, at once', async () => {
  scene.fake.names.set('vpn.example', ['2001:db8:2::8', NEW, OLD]);
  scene.fake.ownAddresses = ['2001:db8:1::2'];
  await passes(2, {});
  await eventually('the move', () => scene.fake.acts.includes('peers moved to 2001:db8:2::8') || undefined);
  const status = await client.status(({ state }) => state.kind === 'connected');
  expect(status.firewall).toBe('closed');
});

test('a machine that slept is noticed', async () => {
  await passes(8 * 3600, { sent: 1000 });
  expect(scene.log).toContainEqual({ event: 'networkChanged' });
  expect(scene.log.map(({ event }) => event)).not.toContain('troubledPeersChanged');
});
