import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { leakedDuring, stateSeenBy } from '#test/audit/seen.ts';
import { capture, outsideTunnelAndFetcher } from '#test/lab/capture.ts';
import type { Person } from '#test/lab/client.ts';
import { insideLab } from '#test/lab/enter.ts';
import { createLab, type Lab } from '#test/lab/lab.ts';
import { addresses, inHost } from '#test/lab/network.ts';
import { pointName } from '#test/lab/peer.ts';
import { root, run, until } from '#test/lab/process.ts';
import { must, registeredTunnel } from '#test/lab/story/registered.ts';
import { setSystemResolver } from '#test/lab/system.ts';

const NAME = 'moving.test';
/** Where the peer's machine is at first and where it moves to: all on its own link. */
const [home, away, nowhere] = [addresses.peer, '203.0.113.3', '203.0.113.4'];
/** A name server that does not answer. */
const nobody = '198.51.100.53';
const encryptedTo = (address: string): string => `(udp and dst host ${address} and dst port 51820)`;

/** One end of a tunnel gets another address: the peer's, under a name that follows or does not, or our own. */
describe.skipIf(!insideLab())('a tunnel whose ends move', () => {
  let lab: Lab;
  let alice: Person;
  let at: string = home;

  beforeAll(async () => {
    lab = await createLab();
    alice = await lab.admit('alice');
    setSystemResolver(addresses.farResolver);
    await pointName(NAME, [home]);
    // The tunnel's own name server lies behind the peer: it cannot say where the peer is.
    await registeredTunnel(lab, alice, 'office', { endpoint: `${NAME}:51820` });
    // Else Linux takes all addresses of a network away with the first of them.
    inHost('peer', 'sysctl', ['-qw', 'net.ipv4.conf.all.promote_secondaries=1']);
  });
  afterAll(async () => {
    setSystemResolver(addresses.outsideResolver);
    await lab.close();
  });
  beforeEach(async () => {
    await pointName(NAME, [home]);
    await must(alice, 'connect', 'office');
  });
  afterEach(async () => {
    moveMachine(home);
    await must(alice, 'disconnect');
  });

  function moveMachine(to: string): void {
    if (at === to) return;
    inHost('peer', 'ip', ['addr', 'add', `${to}/24`, 'dev', 'eth0']);
    inHost('peer', 'ip', ['addr', 'del', `${at}/24`, 'dev', 'eth0']);
    at = to;
    // wireguard-go would go on sending from the address that is gone, until it makes a new handshake.
    const [client, endpoint] = inHost('peer', 'wg', ['show', 'wg0', 'endpoints']).trim().split('\t');
    inHost('peer', 'wg', ['set', 'wg0', 'peer', client ?? '', 'endpoint', endpoint ?? '']);
  }

  const ping = async (from: 'client' | 'peer', to: string): Promise<boolean> =>
    (await run(from, root, ['ping', '-n', '-c', '1', '-W', '1', to])).code === 0;
  const reachesPeer = () => ping('client', addresses.tunnelPeer);
  const peerReachesClient = () => ping('peer', addresses.tunnelClient);
  const deviceEndpoint = (): string =>
    inHost('client', 'wg', ['show', 'sanad0', 'endpoints']).trim().split('\t')[1] ?? '';

  it('its peer is found where its name points now, by those who use the tunnel; nothing leaks meanwhile', async () => {
    const leaked = await leakedDuring(
      'found',
      async () => {
        moveMachine(away);
        await pointName(NAME, [away]);
        await until('the tunnel to carry again', reachesPeer, 90_000);
      },
      `${outsideTunnelAndFetcher} and not ${encryptedTo(away)}`,
    );
    expect(leaked).toEqual([]);
    expect(await stateSeenBy(alice)).toMatchObject({
      kind: 'connected',
      peers: [{ endpoint: `${away}:51820` }],
    });
    expect(await alice.probe('txt', 'who.test')).toBe('inside');
  });

  it('its peer speaks from an address that its name has too, and is followed there', async () => {
    await pointName(NAME, [home, away]);
    moveMachine(away);
    await until('the client to answer it there', peerReachesClient, 60_000);
    expect(deviceEndpoint()).toBe(`${away}:51820`);
    expect(await reachesPeer()).toBe(true);
  });

  it('its peer speaks from an address that its name has not, is called back, and gets no packet there', async () => {
    const watch = await capture('router', 'c0', 'strayed');
    moveMachine(nowhere);
    await until('the device to follow it', async () => {
      await peerReachesClient();
      return deviceEndpoint() === `${nowhere}:51820`;
    });
    await until('the device to be called back', () => deviceEndpoint() === `${home}:51820`, 60_000);
    moveMachine(home);
    await until('the tunnel to carry again', reachesPeer, 60_000);
    expect(await watch.stop(`src host ${addresses.client} and dst host ${nowhere}`)).toEqual([]);
  });

  it('our machine wakes in another network: the tunnel carries again, and nothing leaks', async () => {
    const elsewhere = '198.51.100.77';
    const link = (...words: readonly string[]): string => inHost('client', 'ip', words);
    const arrive = (address: string): void => {
      link('link', 'set', 'eth0', 'down');
      link('-4', 'addr', 'flush', 'dev', 'eth0');
      link('addr', 'add', `${address}/24`, 'dev', 'eth0');
      link('link', 'set', 'eth0', 'up');
      link('route', 'add', 'default', 'via', '198.51.100.1');
    };
    try {
      const leaked = await leakedDuring(
        'elsewhere',
        async () => {
          arrive(elsewhere);
          await until('the tunnel to carry again', reachesPeer, 60_000);
        },
        `${outsideTunnelAndFetcher.replaceAll(addresses.client, elsewhere)} and not ${encryptedTo(home)}`,
      );
      expect(leaked).toEqual([]);
      expect((await stateSeenBy(alice)).kind).toBe('connected');
    } finally {
      arrive(addresses.client);
      link('addr', 'replace', `${addresses.client6}/64`, 'dev', 'eth0', 'nodad');
      link('-6', 'route', 'replace', '::/0', 'via', '2001:db8:1::1', 'dev', 'eth0');
    }
  });

  it('its peer is found by name servers that a network brought after boot; nothing else is let out meanwhile', async () => {
    try {
      await lab.services.killDaemon();
      setSystemResolver(nobody);
      await lab.services.startDaemon();
      expect((await stateSeenBy(alice)).kind).toBe('blocked');
      setSystemResolver(addresses.farResolver);
      const leaked = await leakedDuring('booted', async () => {
        await must(alice, 'connect', 'office');
        await until('the tunnel to carry', reachesPeer);
      });
      expect(leaked).toEqual([]);
    } finally {
      setSystemResolver(addresses.farResolver);
    }
  });
});
