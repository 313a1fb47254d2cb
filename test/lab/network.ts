import { execFileSync } from 'node:child_process';
import type { Host } from './process.ts';

/**
 *   client 198.51.100.2 ---- .1 router 203.0.113.1 ---- 203.0.113.2 peer (wg0 10.66.66.1, udp 51820)
 *   2001:db8:1::2          ::1        2001:db8:2::1     2001:db8:2::2    (fd66:66::1)
 *
 * The router stands for the internet: it also is the web site 198.18.0.80, the gateway 198.18.0.90 and the
 * provider's resolver 198.51.100.1.
 */
export const addresses = {
  client: '198.51.100.2',
  client6: '2001:db8:1::2',
  peer: '203.0.113.2',
  peer6: '2001:db8:2::2',
  site: '198.18.0.80',
  site6: '2001:db8:80::80',
  gateway: '198.18.0.90',
  outsideResolver: '198.51.100.1',
  /** The same resolver where only the default route leads. */
  farResolver: '198.18.0.53',
  tunnelClient: '10.66.66.2',
  tunnelClient6: 'fd66:66::2',
  tunnelPeer: '10.66.66.1',
  tunnelPeer6: 'fd66:66::1',
} as const;

export const hosts: readonly Host[] = ['client', 'router', 'peer'];

const ip = (...words: string[]): void =>
  void execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] });
const batch = (host: Host, lines: readonly string[]): void =>
  void execFileSync('ip', ['-n', host, '-batch', '-'], { input: `${lines.join('\n')}\n`, stdio: 'pipe' });
export const inHost = (host: Host, file: string, words: readonly string[], input = ''): string =>
  execFileSync('nsenter', [`--net=/run/netns/${host}`, file, ...words], { input, stdio: 'pipe' }).toString();

export function buildNetwork(): void {
  for (const host of hosts) {
    ip('netns', 'add', host);
    ip('-n', host, 'link', 'set', 'lo', 'up');
  }
  ip('link', 'add', 'eth0', 'netns', 'client', 'type', 'veth', 'peer', 'name', 'c0', 'netns', 'router');
  ip('link', 'add', 'eth0', 'netns', 'peer', 'type', 'veth', 'peer', 'name', 's0', 'netns', 'router');
  batch('client', [
    `addr add ${addresses.client}/24 dev eth0`,
    `addr add ${addresses.client6}/64 dev eth0 nodad`,
    'link set eth0 up',
    'route add default via 198.51.100.1',
    'route add ::/0 via 2001:db8:1::1 dev eth0',
  ]);
  batch('router', [
    'addr add 198.51.100.1/24 dev c0',
    'addr add 2001:db8:1::1/64 dev c0 nodad',
    'addr add 203.0.113.1/24 dev s0',
    'addr add 2001:db8:2::1/64 dev s0 nodad',
    `addr add ${addresses.site}/32 dev lo`,
    `addr add ${addresses.site6}/128 dev lo`,
    `addr add ${addresses.gateway}/32 dev lo`,
    `addr add ${addresses.farResolver}/32 dev lo`,
    'link set c0 up',
    'link set s0 up',
  ]);
  batch('peer', [
    `addr add ${addresses.peer}/24 dev eth0`,
    `addr add ${addresses.peer6}/64 dev eth0 nodad`,
    'link set eth0 up',
    'route add default via 203.0.113.1',
    'route add ::/0 via 2001:db8:2::1 dev eth0',
  ]);
  for (const host of ['router', 'peer'] as const) {
    inHost(host, 'sysctl', ['-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1']);
  }
  // What leaves the peer for the internet carries the peer's own address.
  const masquerade = 'chain post { type nat hook postrouting priority srcnat; oifname "eth0" masquerade; }';
  inHost('peer', 'nft', ['-f', '-'], `table inet lab { ${masquerade}; }\n`);
}

export function removeNetwork(): void {
  for (const host of hosts) ip('netns', 'del', host);
}
