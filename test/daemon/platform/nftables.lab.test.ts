import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ClosedPolicy } from '#daemon/core/firewall-policy.ts';
import { createNftablesFirewall } from '#daemon/platform/linux/nftables/nftables-firewall.ts';
import type { Firewall } from '#daemon/port/firewall.ts';
import type { SanadError } from '#shared/contract/problem.ts';
import { parseIpNetwork } from '#shared/wireguard/ip-network.ts';
import { isRoot, NamespacePair, pairImpossible } from './namespace-pair.ts';

const FETCHER = 981;
type Probe = readonly [protocol: 'udp' | 'tcp', to: string, port: number, uid?: number];

const full: ClosedPolicy = {
  kind: 'closed',
  closure: { kind: 'everything' },
  tunnelInterface: 'sanad0',
  tunnelAddresses: ['10.66.66.2', 'fd66:66::2'],
  mark: 23118,
  endpoints: [
    { address: '203.0.113.2', port: 51820 },
    { address: '2001:db8:2::2', port: 51820 },
  ],
  fetcher: {
    uid: FETCHER,
    origins: [
      { address: '198.18.0.90', port: 8443 },
      { address: '2001:db8:80::90', port: 8443 },
    ],
    resolvers: ['198.51.100.1', '2001:db8:1::1'],
  },
  timeUid: null,
};
const split: ClosedPolicy = {
  ...full,
  closure: {
    kind: 'networks',
    networks: networks('10.9.0.0/16', '2001:db8:80::/64'),
    dnsServers: ['198.51.100.1', '2001:db8:1::1'],
  },
};

const impossible = pairImpossible();
if (impossible !== null) console.warn(`skipped: ${impossible}`);
if (!isRoot) console.warn('skipped: what other users may send (a user namespace has one user)');

describe.skipIf(impossible !== null)('nftables', () => {
  let pair: NamespacePair;
  let firewall: Firewall;

  beforeAll(async () => {
    pair = await NamespacePair.make();
    firewall = createNftablesFirewall({ nft: pair.nftOfDaemon(), ip: pair.ipOfDaemon() });
  });
  afterEach(async () => {
    await firewall.reset();
    pair.sync('client', ['nft', 'add table inet other; delete table inet other']);
    pair.sync('client', ['bash', '-c', 'ip rule del priority 5000; ip rule del priority 5210; true']);
  });
  afterAll(async () => {
    await firewall.close();
    pair.end();
  });

  async function reaches([protocol, to, port, uid]: Probe): Promise<boolean> {
    pair.arrived();
    await pair.send(protocol, to, { port, ...(uid === undefined ? {} : { uid }) });
    return pair.arrived().outside > 0;
  }

  /** Stands for what other programs do with nft: WireGuard's mark on everything to this port, or any rule. */
  const otherTable = (rules: string): string =>
    pair.sync('client', ['nft', '-f', '-'], `table inet other { ${rules}; }\n`);
  const markTo = (port: number): string =>
    otherTable(`chain out { type filter hook output priority 0; udp dport ${port} meta mark set 23118; }`);

  const site: Probe = ['udp', '198.18.0.80', 7000];

  describe('closed around a full tunnel', () => {
    it.each<{ readonly probe: Probe }>([
      { probe: site },
      { probe: ['tcp', '198.18.0.80', 80] },
      { probe: ['udp', '2001:db8:80::80', 7000] },
      // On the local network, where a connected route wins over the tunnel's.
      { probe: ['udp', '198.51.100.1', 53] },
      { probe: ['tcp', '198.51.100.1', 853] },
      { probe: ['udp', '2001:db8:1::1', 53] },
      // The endpoint itself, without the mark.
      { probe: ['udp', '203.0.113.2', 51820] },
      { probe: ['tcp', '203.0.113.2', 51820] },
    ])('an ordinary packet is dropped: $probe', async ({ probe }) => {
      expect(await reaches(probe)).toBe(true);
      await firewall.apply(full);
      expect(await reaches(probe)).toBe(false);
    });

    it.each([
      ['an open firewall', { kind: 'open' }],
      ['a split tunnel', split],
    ] as const)(
      'what %s let out, and waits for a neighbour to be found, does not leave after closing',
      async (_, before) => {
        const [neighbour, site6] = ['2001:db8:1::77', '2001:db8:81::1'];
        const neighbours = (): string => pair.sync('client', ['ip', '-6', 'neigh', 'show', neighbour]);
        // It is looked for as long as this test may take.
        pair.sync('client', ['sysctl', '-qw', 'net.ipv6.neigh.eth0.mcast_solicit=600']);
        pair.sync('client', ['ip', 'route', 'add', `${site6}/128`, 'via', neighbour]);
        await firewall.apply(before);
        await pair.send('udp', site6, { port: 7000 });
        expect(neighbours()).toContain('INCOMPLETE');
        await firewall.apply(full);
        expect(neighbours()).not.toContain('INCOMPLETE');
        pair.sync('client', ['ip', 'route', 'del', `${site6}/128`]);
      },
    );

    it.each(['/bin/false', '/nonexistent/ip'])(
      'stands also where waiting packets cannot be forgotten (%s); that is said, and tried again',
      async (ip) => {
        const said: string[] = [];
        const onNotForgotten = ({ problem }: SanadError): void => void said.push(problem.code);
        const lame = createNftablesFirewall({ nft: pair.nftOfDaemon(), ip, onNotForgotten });
        await lame.apply(full);
        expect([said, await reaches(site)]).toEqual([['forget_waiting_failed'], false]);
        await lame.apply(full);
        expect(said).toHaveLength(2);
        await lame.close();
      },
    );

    it('starts no process where nothing new is closed: connecting waits for it', async () => {
      const directory = mkdtempSync(join(tmpdir(), 'sanad-ip-'));
      const [ip, calls] = [join(directory, 'ip'), join(directory, 'calls')];
      writeFileSync(ip, `#!/bin/sh\necho "$*" >>${calls}\n`, { mode: 0o755 });
      const counted = createNftablesFirewall({ nft: pair.nftOfDaemon(), ip });
      const seen: number[] = [];
      const elsewhere = { ...split, closure: { ...split.closure, networks: networks('10.8.0.0/16') } };
      const equal = { ...split, closure: structuredClone(split.closure), endpoints: [] };
      const open = { kind: 'open' } as const;
      for (const policy of [full, { ...full, endpoints: [] }, split, equal, elsewhere, full, open, full]) {
        await counted.apply(policy);
        seen.push(existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n').length : 0);
      }
      expect(seen).toEqual([1, 1, 1, 1, 2, 3, 3, 4]);
      await counted.close();
      rmSync(directory, { recursive: true });
    });

    it('packets into the tunnel pass', async () => {
      await firewall.apply(full);
      pair.arrived();
      await pair.send('udp', '10.66.66.1', { port: 7000 });
      expect(pair.arrived()).toMatchObject({ outside: 0, inside: 1 });
    });

    it('a packet bound to the outer interface is dropped', async () => {
      const ping = ['timeout', '1', 'ping', '-q', '-c', '1', '-W', '0.2', '-I', 'eth0', '198.18.0.80'];
      const bound = (): void => void pair.sync('client', ['bash', '-c', `${ping.join(' ')} || true`]);
      pair.arrived();
      bound();
      expect(pair.arrived().outside).toBeGreaterThan(0);
      await firewall.apply(full);
      bound();
      expect(pair.arrived().outside).toBe(0);
    });

    it('a marked packet leaves for the endpoint, and nowhere else', async () => {
      await firewall.apply(full);
      markTo(51820);
      expect(await reaches(['udp', '203.0.113.2', 51820])).toBe(true);
      expect(await reaches(['udp', '2001:db8:2::2', 51820])).toBe(true);
      expect(await reaches(['udp', '198.18.0.80', 51820])).toBe(false);
      expect(await reaches(['udp', '2001:db8:80::80', 51820])).toBe(false);
      expect(await reaches(['tcp', '203.0.113.2', 51820])).toBe(false);
      expect(await reaches(['udp', '203.0.113.2', 51821])).toBe(false);
    });

    it('without endpoints no marked packet leaves', async () => {
      await firewall.apply({ ...full, endpoints: [] });
      markTo(51820);
      expect(await reaches(['udp', '203.0.113.2', 51820])).toBe(false);
    });

    it('an answer of the endpoint carries the mark, for strict reverse path checks', async () => {
      await firewall.apply(full);
      markTo(51820);
      const echo = pair.start(
        'router',
        `const s = require('node:dgram').createSocket('udp4');
         s.on('message', (m, from) => s.send(m, from.port, from.address)).bind(51820, '203.0.113.2');
         s.on('listening', () => console.log('ready'))`,
      );
      await new Promise((resolve) => echo.stdout?.once('data', resolve));
      pair.sync('client', ['nft', 'add chain inet other in { type filter hook input priority 0; }']);
      pair.sync('client', ['nft', 'add rule inet other in udp sport 51820 meta mark 23118 counter']);
      await pair.send('udp', '203.0.113.2', { port: 51820 });
      await expect
        .poll(() => pair.sync('client', ['nft', 'list', 'chain', 'inet', 'other', 'in']))
        .toContain('packets 1 ');
      echo.kill('SIGKILL');
    });

    describe.skipIf(!isRoot)('users', () => {
      it('the fetcher reaches its origins and the resolvers, and nothing else', async () => {
        await firewall.apply(full);
        expect(await reaches(['tcp', '198.18.0.90', 8443, FETCHER])).toBe(true);
        expect(await reaches(['udp', '198.51.100.1', 53, FETCHER])).toBe(true);
        expect(await reaches(['tcp', '198.51.100.1', 53, FETCHER])).toBe(true);
        expect(await reaches(['tcp', '2001:db8:80::90', 8443, FETCHER])).toBe(true);
        expect(await reaches(['udp', '2001:db8:1::1', 53, FETCHER])).toBe(true);
        expect(await reaches(['udp', '198.18.0.90', 8443, FETCHER])).toBe(false);
        expect(await reaches(['tcp', '198.18.0.90', 443, FETCHER])).toBe(false);
        expect(await reaches(['tcp', '198.18.0.80', 8443, FETCHER])).toBe(false);
        expect(await reaches(['tcp', '198.18.0.90', 8443])).toBe(false);
        expect(await reaches(['tcp', '198.18.0.90', 8443, 1000])).toBe(false);
      });

      it('the time service asks for the time', async () => {
        await firewall.apply({ ...full, timeUid: 982 });
        expect(await reaches(['udp', '198.18.0.80', 123, 982])).toBe(true);
        expect(await reaches(['udp', '198.18.0.80', 123])).toBe(false);
      });
    });

    it('a packet for the tunnel that a mark re-routes outside is dropped', async () => {
      const rules = [
        'add not fwmark 23118 lookup 23118 priority 5210',
        'add fwmark 119 lookup main priority 5000',
      ];
      pair.sync('client', ['ip', '-batch', '-'], rules.map((rule) => `rule ${rule}\n`).join(''));
      otherTable('chain out { type route hook output priority mangle; udp dport 7000 meta mark set 119; }');
      expect(await reaches(site)).toBe(true);
      await firewall.apply(full);
      expect(await reaches(site)).toBe(false);
    });

    it('a neighbour’s packet to the tunnel’s address gets no answer', async () => {
      pair.sync('router', ['ip', 'route', 'add', '10.66.66.2/32', 'via', '198.51.100.2']);
      const ask = () =>
        pair.sync('router', ['bash', '-c', 'ping -q -c 1 -W 0.3 -I 198.51.100.1 10.66.66.2 || true']);
      expect(ask()).toContain(' 1 received');
      await firewall.apply({ ...full, closure: { kind: 'networks', networks: [], dnsServers: [] } });
      expect(ask()).toContain(' 0 received');
      pair.sync('router', ['ip', 'route', 'del', '10.66.66.2/32']);
    });
  });

  describe('closed around a split tunnel', () => {
    it('its networks and its name servers are closed, the rest passes', async () => {
      await firewall.apply(split);
      expect(await reaches(['udp', '10.9.0.1', 7000])).toBe(false);
      expect(await reaches(['udp', '198.51.100.1', 53])).toBe(false);
      expect(await reaches(['udp', '2001:db8:1::1', 53])).toBe(false);
      expect(await reaches(['udp', '2001:db8:80::80', 7000])).toBe(false);
      expect(await reaches(['udp', '198.51.100.1', 7000])).toBe(true);
      expect(await reaches(['udp', '2001:db8:1::1', 7000])).toBe(true);
      expect(await reaches(site)).toBe(true);
    });

    it('a marked packet leaves for the endpoint, and without one nowhere: a tunnel that may not be is mute', async () => {
      await firewall.apply({ ...split, endpoints: full.endpoints });
      markTo(51820);
      expect(await reaches(['udp', '203.0.113.2', 51820])).toBe(true);
      expect(await reaches(['udp', '198.18.0.80', 51820])).toBe(false);
      await firewall.apply({ ...split, endpoints: [] });
      expect(await reaches(['udp', '203.0.113.2', 51820])).toBe(false);
      expect(await reaches(['udp', '2001:db8:2::2', 51820])).toBe(false);
    });

    it('of thousands of networks, some within others', async () => {
      const many = Array.from({ length: 4000 }, (_, index) => `10.${index >> 8}.${index & 255}.0/24`);
      const closure = {
        ...split.closure,
        networks: networks('10.9.0.0/16', ...many),
      } as ClosedPolicy['closure'];
      await firewall.apply({ ...split, closure });
      expect(await reaches(['udp', '10.9.0.1', 7000])).toBe(false);
      expect(await reaches(site)).toBe(true);
    });
  });

  it('whatever a configuration may list is something nft takes', async () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const four = fc
      .tuple(octet, octet, fc.integer({ min: 1, max: 32 }))
      .map(([a, b, length]) => `${a}.${b}.${b}.${a}/${length}`);
    const six = fc
      .tuple(octet, octet, fc.integer({ min: 1, max: 128 }))
      .map(([a, b, length]) => `2${a.toString(16).padStart(3, '0')}::${b.toString(16)}/${length}`);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(four, six), { maxLength: 40 }), async (texts) => {
        const closure = { kind: 'networks', networks: networks(...texts), dnsServers: [] } as const;
        await expect(firewall.apply({ ...split, closure })).resolves.toBeUndefined();
      }),
    );
  });

  it('replacing policies under a flood lets no packet out', { timeout: 60_000 }, async () => {
    await firewall.apply(full);
    pair.arrived();
    otherTable('chain out { type filter hook output priority 0; udp dport 7000 counter; }');
    const flood = pair.start('client', floodScript);
    await new Promise((resolve) => flood.stdout?.once('data', resolve));
    const elsewhere = { ...full, endpoints: [{ address: '203.0.113.3', port: 51820 }] };
    const closedSite = {
      ...split,
      closure: { kind: 'networks', networks: networks('198.18.0.0/15'), dnsServers: [] },
    } as const;
    for (let round = 0; round < 100; round++) {
      for (const policy of [elsewhere, closedSite, { ...full, endpoints: [] }, full])
        await firewall.apply(policy);
    }
    expect(pair.arrived().outside).toBe(0);
    expect(packetsIn(pair.sync('client', ['nft', 'list', 'chain', 'inet', 'other', 'out']))).toBeGreaterThan(
      10_000,
    );
    // The same flood arrives when nothing is closed, so it was there.
    await firewall.reset();
    await expect.poll(() => pair.arrived().outside).toBeGreaterThan(1000);
    flood.kill('SIGKILL');
  });

  describe('the kept nft', () => {
    it('is started anew when it died', async () => {
      await firewall.apply(full);
      const first = keptNft();
      process.kill(first, 'SIGKILL');
      await expect.poll(() => existsSync(`/proc/${first}`)).toBe(false);
      await firewall.apply(split);
      expect(pair.sync('client', ['nft', 'list', 'table', 'inet', 'sanad'])).toContain('10.9.0.0/16');
      expect(keptNft()).not.toBe(first);
    });

    it('killed with a change in hand, the change is made all the same', async () => {
      for (const policy of [full, split, full, split]) {
        await firewall.apply(full);
        const applied = firewall.apply(policy);
        process.kill(keptNft(), 'SIGKILL');
        await applied;
        const table = pair.sync('client', ['nft', 'list', 'table', 'inet', 'sanad']);
        expect(table.includes('10.9.0.0/16')).toBe(policy === split);
      }
    });

    it('carries changes out in the order they were asked for', async () => {
      const policies = [full, split, full, { kind: 'open' }, split] as const;
      await Promise.all(policies.map((policy) => firewall.apply(policy)));
      expect(pair.sync('client', ['nft', 'list', 'table', 'inet', 'sanad'])).toContain('10.9.0.0/16');
    });

    it('a policy that nft refuses is an error, and the former stands', async () => {
      await firewall.apply(full);
      const former = pair.sync('client', ['nft', 'list', 'table', 'inet', 'sanad']);
      const broken = { ...full, tunnelInterface: 'a name that is much too long' };
      await expect(firewall.apply(broken)).rejects.toMatchObject({ problem: { code: 'firewall_failed' } });
      expect(pair.sync('client', ['nft', 'list', 'table', 'inet', 'sanad'])).toBe(former);
      await firewall.apply(split);
    });

    it('ended, the policy keeps standing', async () => {
      const shortLived = createNftablesFirewall({ nft: pair.nftOfDaemon() });
      await shortLived.apply(full);
      await shortLived.close();
      expect(await reaches(site)).toBe(false);
    });

    it('a program that is not there is an error', async () => {
      const absent = createNftablesFirewall({ nft: '/nonexistent/nft' });
      await expect(absent.apply(full)).rejects.toMatchObject({ problem: { code: 'firewall_failed' } });
      await absent.close();
    });
  });

  it('reset removes only its own table, and may be repeated', async () => {
    otherTable('chain keep { }');
    await firewall.apply(full);
    await firewall.reset();
    await firewall.reset();
    expect(pair.sync('client', ['nft', 'list', 'tables'])).toBe('table inet other\n');
    expect(await reaches(site)).toBe(true);
  });
});

const floodScript = `
  const socket = require('node:dgram').createSocket('udp4');
  socket.on('error', () => undefined);
  console.log('ready');
  const send = () => {
    for (let i = 0; i < 50; i++) socket.send('leak?', 7000, '198.18.0.80', () => undefined);
    setImmediate(send);
  };
  send();
`;

function networks(...texts: readonly string[]) {
  return texts.map((text) => parseIpNetwork(text, { keepHostBits: false }));
}

const packetsIn = (listing: string): number => Number(/counter packets (\d+)/.exec(listing)?.[1]);

/** The id of the one `nft -i` that this process has started. */
function keptNft(): number {
  const children = readdirSync(`/proc/${process.pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${process.pid}/task/${thread}/children`, 'utf8').trim().split(' '),
  );
  const found = children.find(
    (pid) => pid !== '' && readFileSync(`/proc/${pid}/cmdline`, 'utf8').endsWith('\0-i\0'),
  );
  if (found === undefined) throw new Error('no nft is kept');
  return Number(found);
}
