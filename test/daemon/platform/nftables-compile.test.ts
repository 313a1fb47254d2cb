import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClosedPolicy } from '#daemon/core/firewall-policy.ts';
import { compile } from '#daemon/platform/linux/nftables/compile.ts';
import { intervalElements } from '#daemon/platform/linux/nftables/interval-elements.ts';
import { covers, formatIpNetwork, parseIpNetwork, type IpNetwork } from '#shared/wireguard/ip-network.ts';

const full: ClosedPolicy = {
  kind: 'closed',
  closure: { kind: 'everything' },
  tunnelInterface: 'sanad0',
  tunnelAddresses: ['10.66.66.2', 'fd66:66::2'],
  mark: 23118,
  endpoints: [{ address: '203.0.113.2', port: 51820 }],
  fetcher: {
    uid: 981,
    origins: [
      { address: '198.18.0.90', port: 8443 },
      { address: '2001:db8:80::90', port: 8443 },
    ],
    resolvers: ['198.51.100.1'],
  },
  timeUid: 982,
};

const declared = `\
add table inet sanad
add chain inet sanad prerouting { type filter hook prerouting priority mangle; policy accept; }
add chain inet sanad postrouting { type filter hook postrouting priority 300; policy drop; }
flush table inet sanad
`;

describe('compile', () => {
  it('open removes the table and nothing else', () => {
    expect(compile({ kind: 'open' })).toBe(
      'add table inet sanad\ndelete table inet sanad\nadd table arp sanad\ndelete table arp sanad\n',
    );
  });

  it('a full tunnel closes everything', () => {
    expect(compile(full)).toBe(`${declared}\
add rule inet sanad prerouting iifname != { "lo", "sanad0" } ip daddr { 10.66.66.2 } drop
add rule inet sanad prerouting iifname != { "lo", "sanad0" } ip6 daddr { fd66:66::2 } drop
add rule inet sanad prerouting ip saddr . udp sport { 203.0.113.2 . 51820 } meta mark set 23118
add rule inet sanad postrouting oifname "lo" accept
add rule inet sanad postrouting oifname "sanad0" accept
add rule inet sanad postrouting meta mark 23118 ip daddr . udp dport { 203.0.113.2 . 51820 } accept
add rule inet sanad postrouting ip daddr 255.255.255.255 udp sport 68 udp dport 67 accept
add rule inet sanad postrouting ip6 saddr fe80::/10 ip6 daddr { fe80::/10, ff02::1:2, ff05::1:3 } udp sport 546 udp dport 547 accept
add rule inet sanad postrouting ip6 hoplimit 255 icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } accept
add rule inet sanad postrouting ip6 hoplimit 1 ip6 daddr ff02::/16 icmpv6 type { mld-listener-report, mld-listener-done, mld2-listener-report } accept
add rule inet sanad postrouting meta skuid 981 ip daddr . tcp dport { 198.18.0.90 . 8443 } accept
add rule inet sanad postrouting meta skuid 981 ip6 daddr . tcp dport { 2001:db8:80::90 . 8443 } accept
add rule inet sanad postrouting meta skuid 981 ip daddr { 198.51.100.1 } meta l4proto { tcp, udp } th dport 53 accept
add rule inet sanad postrouting meta skuid 982 udp dport 123 accept
add rule inet sanad postrouting drop
add table arp sanad
add chain arp sanad input { type filter hook input priority 0; policy accept; }
flush table arp sanad
add rule arp sanad input iifname != { "lo", "sanad0" } arp daddr ip { 10.66.66.2 } drop
`);
  });

  it('a split tunnel closes its networks and its name servers, and lets the rest pass', () => {
    const closure = {
      kind: 'networks',
      networks: ['10.0.0.0/8', '10.1.0.0/16', 'fd66::/16'].map(network),
      dnsServers: ['9.9.9.9', '2620:fe::fe'],
    } as const;
    expect(ending(compile({ ...full, closure }))).toEqual([
      'ip daddr { 10.0.0.0/8 } drop',
      'ip6 daddr { fd66::/16 } drop',
      'ip daddr { 9.9.9.9 } meta l4proto { tcp, udp } th dport { 53, 853 } drop',
      'ip6 daddr { 2620:fe::fe } meta l4proto { tcp, udp } th dport { 53, 853 } drop',
      'meta mark 23118 drop',
      'accept',
    ]);
  });

  it('without endpoints no marked packet leaves', () => {
    expect(compile({ ...full, endpoints: [] })).not.toContain('meta mark 23118');
  });

  it('without a fetcher and a time service nobody’s uid lets anything out', () => {
    expect(compile({ ...full, fetcher: null, timeUid: null })).not.toContain('skuid');
  });

  it('lists what it is given twice once, whatever the order', () => {
    const there = { address: '203.0.113.2', port: 51820 };
    const elsewhere = { address: '203.0.113.3', port: 51820 };
    const text = compile({ ...full, endpoints: [elsewhere, there, elsewhere] });
    expect(text).toBe(compile({ ...full, endpoints: [there, elsewhere] }));
    expect(text).toContain('{ 203.0.113.2 . 51820, 203.0.113.3 . 51820 }');
  });

  it('takes nothing for an address that is none, so that no fetcher writes rules', () => {
    const address = '198.18.0.90 . 443 } accept; add rule inet sanad postrouting accept; # {';
    expect(() => compile({ ...full, endpoints: [{ address, port: 1 }] })).toThrow(TypeError);
    expect(() => compile({ ...full, endpoints: [{ address: '198.18.0.90', port: 0.5 }] })).toThrow(TypeError);
  });
});

describe('intervalElements', () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const anyNetwork = fc
    .tuple(octet, octet, fc.integer({ min: 1, max: 32 }))
    .map(([a, b, prefix]) => network(`${a}.${b}.0.0/${prefix}`));

  it('holds the same addresses as the networks, and no element overlaps another', () => {
    fc.assert(
      fc.property(fc.array(anyNetwork, { maxLength: 30 }), (networks) => {
        const elements = intervalElements(networks, 4).map(network);
        for (const one of networks) expect(elements.some((element) => covers(element, one))).toBe(true);
        for (const element of elements) {
          expect(elements.filter((other) => covers(element, other))).toEqual([element]);
          expect(networks.map(formatIpNetwork)).toContain(formatIpNetwork(element));
        }
      }),
    );
  });
});

function network(text: string): IpNetwork {
  return parseIpNetwork(text, { keepHostBits: false });
}

/** The rules behind the exceptions. */
function ending(script: string): readonly string[] {
  const rules = script
    .trimEnd()
    .split('\n')
    .filter((line) => !line.includes(' arp sanad'))
    .map((line) => line.replace(/^add rule inet sanad postrouting /, ''));
  return rules.slice(rules.findIndex((rule) => rule.startsWith('meta skuid 982')) + 1);
}
