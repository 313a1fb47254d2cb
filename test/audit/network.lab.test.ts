import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '#test/lab/client.ts';
import { insideLab } from '#test/lab/enter.ts';
import { createLab, type Lab } from '#test/lab/lab.ts';
import { addresses, inHost } from '#test/lab/network.ts';
import { root, run, until } from '#test/lab/process.ts';
import { must, registeredTunnel } from '#test/lab/story/registered.ts';
import { identity, logOf } from '#test/lab/system.ts';
import { blockedBecause, clientRules, leakedDuring, stateSeenBy } from './seen.ts';

/** Nobody who stands outside, beside or before the tunnel gets a packet past it. */
describe.skipIf(!insideLab())('around the tunnel', () => {
  let lab: Lab;
  let alice: Person;

  beforeAll(async () => {
    lab = await createLab();
    alice = await lab.admit('alice');
    await registeredTunnel(lab, alice, 'office', { dns: false });
  });
  afterAll(async () => await lab.close());

  const ip = (...words: readonly string[]): string => inHost('client', 'ip', words);
  const flood = (...targets: readonly string[]) => alice.probe('flood', '0.3', ...targets);
  const curl = (...words: readonly string[]) =>
    run('client', identity('alice'), ['curl', '-sk', '--max-time', '1', ...words]);

  /** What listens on the client machine, by the program that does. */
  function listening(): readonly string[] {
    const lines = inHost('client', 'ss', ['-H', '-tulnp']).split('\n');
    return lines.filter((line) => line !== '' && !line.includes('wireguard-go'));
  }

  const situations = [
    { situation: 'connected', enter: () => must(alice, 'connect', 'office') },
    {
      situation: 'blocked',
      enter: async () => {
        await lab.services.killDaemon();
        await lab.services.startDaemon();
        await blockedBecause(alice);
      },
    },
  ] as const;

  describe.each(situations)('$situation', ({ situation, enter }) => {
    beforeAll(async () => {
      await enter();
    });

    it('no process of ours listens on a port, also not when asked for a debugger (CVE-2022-41924)', async () => {
      expect(listening()).toEqual([]);
      for (const { pid } of [lab.services.daemon, lab.services.fetcher]) process.kill(pid, 'SIGUSR1');
      await sleep(300);
      expect(listening()).toEqual([]);
      expect((await stateSeenBy(alice)).kind).toBe(situation);
    });

    it('routes of a rogue DHCP server move packets to nowhere (TunnelVision, CVE-2024-3661)', async () => {
      const routes = [`${addresses.site}/32`, '0.0.0.0/1', '128.0.0.0/1'];
      for (const route of routes) ip('route', 'add', route, 'via', '198.51.100.1', 'dev', 'eth0');
      try {
        const leaked = await leakedDuring('tunnelvision', async () => {
          expect(await alice.probe('http', addresses.site)).toBeNull();
          await flood(addresses.site, '9.9.9.9');
        });
        expect(leaked).toEqual([]);
      } finally {
        for (const route of routes) ip('route', 'del', route, 'dev', 'eth0');
      }
    });

    it('a public network offered as the local one stays outside (LocalNet, CVE-2023-36672)', async () => {
      ip('addr', 'add', '198.18.0.2/24', 'dev', 'eth0');
      try {
        const leaked = await leakedDuring('localnet', () => flood(addresses.site, addresses.outsideResolver));
        expect(leaked).toEqual([]);
      } finally {
        ip('addr', 'del', '198.18.0.2/24', 'dev', 'eth0');
      }
    });

    it('what an ordinary process sends to the endpoint itself is dropped (ServerIP, CVE-2023-36673)', async () => {
      const ownPort = 45_100;
      const leaked = await leakedDuring(
        'serverip',
        async () => {
          await flood(addresses.peer, addresses.peer6);
          await curl('--local-port', String(ownPort), `http://${addresses.peer}:51820/`);
        },
        `src host ${addresses.client} and (tcp src port ${ownPort} or udp[4:2] = 13 or tcp dst port 80)`,
      );
      expect(leaked).toEqual([]);
    });

    it('a socket bound to the outer interface gets nothing out (SO_BINDTODEVICE)', async () => {
      const leaked = await leakedDuring('bound', async () => {
        for (const who of [root, identity('alice')]) {
          const words = ['curl', '-s', '--max-time', '0.3', '--interface', 'eth0'];
          expect((await run('client', who, [...words, `http://${addresses.site}/`])).code).not.toBe(0);
          expect((await run('client', who, [...words, `http://[${addresses.site6}]/`])).code).not.toBe(0);
        }
      });
      expect(leaked).toEqual([]);
    });

    it('a neighbour cannot find the tunnel’s address by asking for it (CVE-2019-14899)', async () => {
      const on = (...words: readonly string[]): string => inHost('router', 'ip', words);
      on('route', 'add', `${addresses.tunnelClient}/32`, 'dev', 'c0');
      on('-6', 'route', 'add', `${addresses.tunnelClient6}/128`, 'via', addresses.client6, 'dev', 'c0');
      try {
        for (const address of [addresses.tunnelClient, addresses.tunnelClient6]) {
          const probed = await run('router', root, ['ping', '-c', '1', '-W', '0.3', address]);
          expect(probed.code).not.toBe(0);
        }
        expect(on('neigh', 'show', addresses.tunnelClient)).not.toContain('lladdr');
      } finally {
        on('route', 'del', `${addresses.tunnelClient}/32`, 'dev', 'c0');
        on('-6', 'route', 'del', `${addresses.tunnelClient6}/128`, 'dev', 'c0');
        on('neigh', 'flush', 'dev', 'c0');
      }
    });

    it('the fetcher’s way out is the fetcher’s alone', async () => {
      const gateway = `https://${addresses.gateway}:8443/v1/health`;
      const leaked = await leakedDuring(
        'hole',
        async () => {
          expect((await curl('--interface', 'eth0', '--local-port', '45200', gateway)).code).not.toBe(0);
          await alice.probe('txt', 'alice-asks.test', addresses.outsideResolver);
        },
        'tcp src port 45200',
      );
      expect(leaked).toEqual([]);
      expect(logOf('router-dns')).not.toContain('alice-asks.test');
      expect((await alice.json('refresh')).code).toBe(0);
    });

    // While blocked it is all there is; connected, routes would still lead into the tunnel.
    it.runIf(situation === 'blocked')(
      'a firewall that another program flushed stands again by itself',
      async () => {
        const before = clientRules();
        expect(before).toContain('table inet sanad');
        inHost('client', 'nft', ['flush', 'ruleset']);
        await until('the firewall', () => clientRules() === before, 20_000);
        expect((await stateSeenBy(alice)).kind).toBe(situation);
        expect(await leakedDuring('healed', () => flood(addresses.outsideResolver))).toEqual([]);
      },
    );
  });

  it('disconnecting takes every table of ours away', async () => {
    expect((await alice.json('disconnect')).code).toBe(0);
    expect(clientRules()).not.toContain('sanad');
    // The same flood is seen now: what was seen of it before was nothing, and not for want of looking.
    expect(await leakedDuring('control', () => flood(addresses.site, addresses.peer))).not.toEqual([]);
  });
});
