import { systemNames } from '#shared/contract/system-names.ts';
import { readIpAddress, type IpAddress } from '#shared/wireguard/ip-address.ts';
import type { IpNetwork } from '#shared/wireguard/ip-network.ts';
import type { ClosedPolicy, FirewallPolicy } from '../../../core/firewall-policy.ts';
import type { FetcherAccess, SocketAddress } from '../../../core/surroundings.ts';
import { intervalElements } from './interval-elements.ts';

const [inet, arp] = systemNames.nftTables;
const TABLE = `${inet.family} ${inet.name}`;
const LINK_TABLE = `${arp.family} ${arp.name}`;

/**
 * A policy as one nft transaction, a statement a line.
 *
 * - The table is declared, flushed and filled again, never deleted and made anew while closed: that leaked 133
 *   packets in 196 replacements under load. The explicit final verdict stands beside the chain's own for the
 *   same reason.
 * - The kill switch hangs in postrouting, where the packet's last interface is known: in the output hook a packet
 *   for the tunnel passes and is then re-routed outside by a mark set in a route hook.
 * - No `owner` flag: the table has to outlive whoever made it.
 */
export function compile(policy: FirewallPolicy): string {
  return policy.kind === 'open' ? removal : closed(policy);
}

/** Declared first, so that there is something to delete. */
const removal = lines(
  `add table ${TABLE}`,
  `delete table ${TABLE}`,
  `add table ${LINK_TABLE}`,
  `delete table ${LINK_TABLE}`,
);

function closed(policy: ClosedPolicy): string {
  return lines(
    `add table ${TABLE}`,
    `add chain ${TABLE} prerouting { type filter hook prerouting priority mangle; policy accept; }`,
    `add chain ${TABLE} postrouting { type filter hook postrouting priority 300; policy drop; }`,
    `flush table ${TABLE}`,
    ...arriving(policy).map((rule) => `add rule ${TABLE} prerouting ${rule}`),
    ...leaving(policy).map((rule) => `add rule ${TABLE} postrouting ${rule}`),
    `add table ${LINK_TABLE}`,
    `add chain ${LINK_TABLE} input { type filter hook input priority 0; policy accept; }`,
    `flush table ${LINK_TABLE}`,
    ...asked(policy).map((rule) => `add rule ${LINK_TABLE} input ${rule}`),
  );
}

function arriving({ tunnelInterface, tunnelAddresses, mark, endpoints }: ClosedPolicy): readonly string[] {
  const elsewhere = `iifname != { "lo", "${tunnelInterface}" }`;
  return [
    // CVE-2019-14899: a neighbour must not find out what the tunnel's address is by asking for it.
    ...byFamily(tunnelAddresses, (protocol, addresses) => `${elsewhere} ${protocol} daddr ${addresses} drop`),
    // The endpoint's answers have to pass a strict reverse path check, which looks the way back up by mark. By
    // address and not by connection: the first use of connection tracking in a namespace walks its whole table,
    // 30 ms in the middle of connecting.
    ...byFamilyAndPort(
      endpoints,
      (protocol, pairs) => `${protocol} saddr . udp sport ${pairs} meta mark set ${mark}`,
    ),
  ];
}

/** Linux answers for every address it has on whatever link it is asked: a neighbour would find the tunnel's by asking. */
function asked({ tunnelInterface, tunnelAddresses }: ClosedPolicy): readonly string[] {
  const elements = tunnelAddresses.map(parse).flatMap(({ family, text }) => (family === 4 ? [text] : []));
  const elsewhere = `iifname != { "lo", "${tunnelInterface}" }`;
  return ruleOver('ip', elements, (_, addresses) => `${elsewhere} arp daddr ip ${addresses} drop`);
}

function leaving(policy: ClosedPolicy): readonly string[] {
  return [
    'oifname "lo" accept',
    `oifname "${policy.tunnelInterface}" accept`,
    ...encrypted(policy),
    ...link,
    ...fetching(policy.fetcher),
    ...(policy.timeUid === null ? [] : [`meta skuid ${policy.timeUid} udp dport 123 accept`]),
    ...ending(policy),
  ];
}

/** By address, port, protocol and mark: whoever else sends to the endpoint is dropped (CVE-2023-36673). */
function encrypted({ mark, endpoints }: ClosedPolicy): readonly string[] {
  return byFamilyAndPort(
    endpoints,
    (protocol, pairs) => `meta mark ${mark} ${protocol} daddr . udp dport ${pairs} accept`,
  );
}

/** What a link needs to work at all: DHCP by broadcast, neighbour discovery (RFC 4861: hop limit 255), MLD. */
const link: readonly string[] = [
  'ip daddr 255.255.255.255 udp sport 68 udp dport 67 accept',
  'ip6 saddr fe80::/10 ip6 daddr { fe80::/10, ff02::1:2, ff05::1:3 } udp sport 546 udp dport 547 accept',
  'ip6 hoplimit 255 icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } accept',
  'ip6 hoplimit 1 ip6 daddr ff02::/16 icmpv6 type { mld-listener-report, mld-listener-done, mld2-listener-report } accept',
];

function fetching(fetcher: FetcherAccess | null): readonly string[] {
  if (fetcher === null) return [];
  const who = `meta skuid ${fetcher.uid}`;
  return [
    ...byFamilyAndPort(
      fetcher.origins,
      (protocol, pairs) => `${who} ${protocol} daddr . tcp dport ${pairs} accept`,
    ),
    ...byFamily(
      fetcher.resolvers,
      (protocol, addresses) => `${who} ${toNameServers(protocol, addresses, '53')} accept`,
    ),
  ];
}

function ending({ closure, mark }: ClosedPolicy): readonly string[] {
  if (closure.kind === 'everything') return ['drop'];
  return [
    ...byNetwork(closure.networks, (protocol, networks) => `${protocol} daddr ${networks} drop`),
    ...byFamily(
      closure.dnsServers,
      (protocol, addresses) => `${toNameServers(protocol, addresses, '{ 53, 853 }')} drop`,
    ),
    // The rest of the network is left alone, but a tunnel that may not be is mute: no endpoint, no way out.
    `meta mark ${mark} drop`,
    'accept',
  ];
}

/** Port 853: names asked over TLS or QUIC. */
function toNameServers(protocol: Protocol, addresses: string, ports: string): string {
  return `${protocol} daddr ${addresses} meta l4proto { tcp, udp } th dport ${ports}`;
}

type Protocol = 'ip' | 'ip6';
type Rule = (protocol: Protocol, elements: string) => string;

function byFamily(addresses: readonly string[], rule: Rule): readonly string[] {
  const known = addresses.map(parse);
  const elements = (family: 4 | 6) => known.filter((one) => one.family === family).map(({ text }) => text);
  return [...ruleOver('ip', elements(4), rule), ...ruleOver('ip6', elements(6), rule)];
}

function byFamilyAndPort(targets: readonly SocketAddress[], rule: Rule): readonly string[] {
  const known = targets.map(({ address, port }) => ({ ...parse(address), port: parsePort(port) }));
  const elements = (family: 4 | 6) =>
    known.filter((one) => one.family === family).map(({ text, port }) => `${text} . ${port}`);
  return [...ruleOver('ip', elements(4), rule), ...ruleOver('ip6', elements(6), rule)];
}

function byNetwork(networks: readonly IpNetwork[], rule: Rule): readonly string[] {
  return [
    ...ruleOver('ip', intervalElements(networks, 4), rule),
    ...ruleOver('ip6', intervalElements(networks, 6), rule),
  ];
}

/** An empty set is a syntax error; sorted and without doubles, so that equal policies are equal texts. */
function ruleOver(protocol: Protocol, elements: readonly string[], rule: Rule): readonly string[] {
  if (elements.length === 0) return [];
  return [rule(protocol, `{ ${[...new Set(elements)].sort().join(', ')} }`)];
}

/** Addresses of origins come from the fetcher, which nobody trusts: no other text gets into a rule. */
function parse(text: string): IpAddress {
  const address = readIpAddress(text);
  if (address === undefined) throw new TypeError('an address of the firewall policy is none');
  return address;
}

function parsePort(port: number): number {
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new TypeError('a port of the policy is none');
  return port;
}

function lines(...statements: readonly string[]): string {
  return `${statements.join('\n')}\n`;
}
