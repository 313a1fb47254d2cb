import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockedBecause, leakedDuring, stateSeenBy } from '#test/audit/seen.ts';
import { outsideTunnelAndFetcher } from '#test/lab/capture.ts';
import type { Person } from '#test/lab/client.ts';
import { insideLab } from '#test/lab/enter.ts';
import { createLab, type Lab } from '#test/lab/lab.ts';
import { addresses, inHost } from '#test/lab/network.ts';
import { root, run, start, until } from '#test/lab/process.ts';
import { must, registeredTunnel } from '#test/lab/story/registered.ts';
import { LAB } from '#test/lab/system.ts';

/** Somebody's name server that the tunnel brings, without a network for it: reachable outside, were it allowed. */
const BROUGHT = addresses.farResolver;
const inside = ['10.66.66.0/24', 'fd66:66::/64', `${addresses.site}/32`];
const second = { endpoint: addresses.peer6, port: 51_999, inside: '10.77.77.1', inside6: 'fd77:77::1' };

/** What belongs inside and was seen outside. */
const insideSeenOutside =
  `(dst net 10.66.66.0/24 or dst net 10.77.77.0/24 or dst net fd66:66::/64 or dst net fd77:77::/64 ` +
  `or dst host ${addresses.site} or (dst host ${BROUGHT} and dst port 53))`;

describe.skipIf(!insideLab())('a split tunnel', () => {
  let lab: Lab;
  let alice: Person;

  beforeAll(async () => {
    lab = await createLab();
    alice = await lab.admit('alice');
    const allowedIps = inside.join(', ');
    await registeredTunnel(lab, alice, 'split', { allowedIps, dns: BROUGHT });
    const furtherPeer = await startSecondPeer(lab.keys.clientPrivate);
    await registeredTunnel(lab, alice, 'sites', { allowedIps, dns: false, furtherPeer });
  });
  afterAll(async () => await lab.close());

  const ip = (...words: readonly string[]): string => inHost('client', 'ip', words);
  const flood = () =>
    alice.probe('flood', '0.3', addresses.tunnelPeer, addresses.tunnelPeer6, addresses.site, BROUGHT);
  const http = (address: string) => alice.probe('http', address);

  describe('connected', () => {
    beforeAll(async () => {
      await must(alice, 'connect', 'split');
    });

    it('its networks pass inside, everything else outside', async () => {
      const leaked = await leakedDuring(
        'split',
        async () => {
          expect(await http(addresses.site)).toBe(addresses.peer);
          expect(await http(addresses.tunnelPeer6)).toBe(addresses.tunnelClient6);
          expect(await http(addresses.site6)).toBe(addresses.client6);
          expect(await alice.probe('txt', 'who.test', addresses.outsideResolver)).toBe('outside');
          await flood();
        },
        insideSeenOutside,
      );
      expect(leaked).toEqual([]);
    });

    it('the name server that it brings is not asked outside, though a way leads there', async () => {
      const leaked = await leakedDuring(
        'brought',
        async () => expect(await alice.probe('txt', 'who.test', BROUGHT)).toBeNull(),
        `dst host ${BROUGHT}`,
      );
      expect(leaked).toEqual([]);
    });

    it('a route of somebody else’s to its networks moves nothing out', async () => {
      const route = [`${addresses.site}/32`, 'via', '198.51.100.1', 'dev', 'eth0'];
      ip('route', 'add', ...route);
      const leaked = await leakedDuring(
        'route',
        async () => {
          expect(await http(addresses.site)).toBe(addresses.peer);
          await run('client', root, ['curl', '-s', '-m', '0.5', '--interface', 'eth0', addresses.site]);
        },
        insideSeenOutside,
      );
      ip('route', 'del', ...route);
      expect(leaked).toEqual([]);
    });
  });

  it('blocked, its networks stay closed and everything else goes on', async () => {
    const leaked = await leakedDuring(
      'blocked',
      async () => {
        await lab.services.killDaemon();
        await flood();
        await lab.services.startDaemon();
        expect(await blockedBecause(alice)).toBe('needs_credentials');
        const asked = [
          http(addresses.site),
          http(addresses.tunnelPeer6),
          alice.probe('txt', 'who.test', BROUGHT),
        ];
        expect(await Promise.all([...asked, flood()])).toEqual([null, null, null, expect.any(Number)]);
        expect(await http(addresses.site6)).toBe(addresses.client6);
        expect(await alice.probe('txt', 'who.test')).toBe('outside');
      },
      insideSeenOutside,
    );
    expect(leaked).toEqual([]);
  });

  it('disconnected, all of it goes outside: what was seen was nothing, and not for want of looking', async () => {
    await must(alice, 'disconnect');
    expect(await leakedDuring('control', flood, insideSeenOutside)).not.toEqual([]);
    expect(await http(addresses.site)).toBe(addresses.client);
  });

  describe('with two peers, each at an endpoint of its own, under one certificate', () => {
    it('each carries its networks, and nothing leaks', async () => {
      const leaked = await leakedDuring(
        'two',
        async () => {
          await must(alice, 'connect', 'sites');
          expect(await http(addresses.tunnelPeer)).toBe(addresses.tunnelClient);
          expect(await http(second.inside)).toBe(addresses.tunnelClient);
          expect(await http(second.inside6)).toBe(addresses.tunnelClient6);
          await alice.probe('flood', '0.3', addresses.tunnelPeer, second.inside, second.inside6);
        },
        `${outsideTunnelAndFetcher} and not (ip6 and udp dst port ${second.port} and ip6[44:2] != 13)`,
      );
      expect(leaked).toEqual([]);
      const { peers } = (await stateSeenBy(alice)) as unknown as { readonly peers: readonly object[] };
      expect(peers).toHaveLength(2);
      for (const peer of peers) expect(peer).toMatchObject({ silentSince: null });
      const endpoints = JSON.stringify(peers);
      expect(endpoints).toContain(`${addresses.peer}:51820`);
      expect(endpoints).toContain(`[${second.endpoint}]:${second.port}`);
    });

    it('one that goes takes nothing of the other along', async () => {
      const leaked = await leakedDuring(
        'one',
        async () => {
          inHost('peer', 'ip', ['link', 'set', 'wg1', 'down']);
          expect(await http(second.inside)).toBeNull();
          expect(await http(addresses.tunnelPeer)).toBe(addresses.tunnelClient);
        },
        insideSeenOutside,
      );
      expect(leaked).toEqual([]);
      await must(alice, 'disconnect');
    });
  });
});

/** A second WireGuard at the peer's machine, reached by IPv6. Gives its section of the client's configuration. */
async function startSecondPeer(clientPrivate: string): Promise<string> {
  const wg = (words: readonly string[], input = ''): string => inHost('peer', 'wg', words, input).trim();
  const privateKey = wg(['genkey']);
  start('peer', { ...root, environment: { WG_PROCESS_FOREGROUND: '1' } }, 'peer-wireguard-2', [
    'wireguard-go',
    '-f',
    'wg1',
  ]);
  await until('the second peer', async () => (await run('peer', root, ['wg', 'show', 'wg1'])).code === 0);
  const file = `${LAB}/peer-2.conf`;
  const clientPublic = wg(['pubkey'], clientPrivate);
  const allowed = `${addresses.tunnelClient}/32, ${addresses.tunnelClient6}/128`;
  const lines = ['[Interface]', `PrivateKey = ${privateKey}`, `ListenPort = ${second.port}`];
  const peer = ['[Peer]', `PublicKey = ${clientPublic}`, `AllowedIPs = ${allowed}`];
  writeFileSync(file, `${[...lines, ...peer].join('\n')}\n`, { mode: 0o600 });
  wg(['setconf', 'wg1', file]);
  // The client has one address inside for both: answers go back by where the question came from.
  for (const words of [
    ['addr', 'add', `${second.inside}/32`, 'dev', 'wg1'],
    ['addr', 'add', `${second.inside6}/128`, 'dev', 'wg1', 'nodad'],
    ['link', 'set', 'wg1', 'mtu', '1420', 'up'],
    ['route', 'add', `${addresses.tunnelClient}/32`, 'dev', 'wg1', 'table', '77'],
    ['-6', 'route', 'add', `${addresses.tunnelClient6}/128`, 'dev', 'wg1', 'table', '77'],
    ['rule', 'add', 'from', second.inside, 'lookup', '77'],
    ['-6', 'rule', 'add', 'from', second.inside6, 'lookup', '77'],
  ])
    inHost('peer', 'ip', words);
  const networks = `${second.inside}/32, ${second.inside6}/128`;
  return [
    '[Peer]',
    `PublicKey = ${wg(['pubkey'], privateKey)}`,
    `Endpoint = [${second.endpoint}]:${second.port}`,
    `AllowedIPs = ${networks}`,
  ].join('\n');
}
