import { readFileSync, writeFileSync } from 'node:fs';
import { addresses, inHost } from './network.ts';
import { must, root, run, start, until, type Background } from './process.ts';
import { LAB, logOf } from './system.ts';

/** The WireGuard peer's keys and the client's; the lab makes both, as a provider does. */
export interface PeerKeys {
  readonly clientPrivate: string;
  readonly clientPublic: string;
  readonly peerPublic: string;
  readonly preshared: string;
}

const wg = async (words: readonly string[], input = ''): Promise<string> =>
  (await must('peer', root, ['wg', ...words], { input })).trim();

/** WireGuard, DNS and HTTP at the peer; DNS and two HTTP sites at the router. */
export async function startPeer(): Promise<PeerKeys> {
  const peerPrivate = await wg(['genkey']);
  const clientPrivate = await wg(['genkey']);
  const keys: PeerKeys = {
    clientPrivate,
    clientPublic: await wg(['pubkey'], clientPrivate),
    peerPublic: await wg(['pubkey'], peerPrivate),
    preshared: await wg(['genpsk']),
  };
  start('peer', { ...root, environment: { WG_PROCESS_FOREGROUND: '1' } }, 'peer-wireguard', [
    'wireguard-go',
    '-f',
    'wg0',
  ]);
  await until(
    'the peer’s interface',
    async () => (await run('peer', root, ['wg', 'show', 'wg0'])).code === 0,
  );
  // A file: wg cannot reopen the socket that Node gives as standard input.
  writeFileSync(`${LAB}/peer.conf`, peerConfiguration(peerPrivate, keys), { mode: 0o600 });
  await wg(['setconf', 'wg0', `${LAB}/peer.conf`]);
  inHost(
    'peer',
    'ip',
    ['-batch', '-'],
    [
      `addr add ${addresses.tunnelPeer}/24 dev wg0`,
      `addr add ${addresses.tunnelPeer6}/64 dev wg0 nodad`,
      'link set wg0 mtu 1420 up',
      '',
    ].join('\n'),
  );
  await startResolvers();
  await startSites();
  return keys;
}

const peerConfiguration = (privateKey: string, keys: PeerKeys): string => `[Interface]
PrivateKey = ${privateKey}
ListenPort = 51820
[Peer]
PublicKey = ${keys.clientPublic}
PresharedKey = ${keys.preshared}
AllowedIPs = ${addresses.tunnelClient}/32, ${addresses.tunnelClient6}/128
`;

const NAMES = `${LAB}/names`;
let outsideResolver: Background | null = null;

/** From now on the resolver outside answers with these for the name, in that order. */
export async function pointName(name: string, to: readonly string[]): Promise<void> {
  writeFileSync(NAMES, to.map((address) => `${address} ${name}\n`).join(''));
  const before = logOf('router-dns').split(`read ${NAMES}`).length;
  if (outsideResolver === null) throw new Error('no resolver runs');
  process.kill(outsideResolver.pid, 'SIGHUP');
  await until('the names to be read', () => logOf('router-dns').split(`read ${NAMES}`).length > before);
}

/** Both resolvers know the same names; the text record `who.test` tells which of them answered. */
async function startResolvers(): Promise<void> {
  const common = [
    'dnsmasq',
    // In the foreground, and as who it is: in a user namespace nobody may change groups.
    '--no-daemon',
    '--conf-file=/dev/null',
    '--pid-file=',
    '--no-resolv',
    '--no-hosts',
    '--bind-interfaces',
    '--log-queries',
    '--log-facility=-',
    `--address=/site.test/${addresses.site}`,
    `--address=/site.test/${addresses.site6}`,
    `--address=/gateway.test/${addresses.gateway}`,
    `--address=/vpn.test/${addresses.peer}`,
  ];
  writeFileSync(NAMES, '');
  outsideResolver = start('router', root, 'router-dns', [
    ...common,
    `--addn-hosts=${NAMES}`,
    `--listen-address=${addresses.outsideResolver},${addresses.farResolver}`,
    '--txt-record=who.test,outside',
  ]);
  start('peer', root, 'peer-dns', [
    ...common,
    `--listen-address=${addresses.tunnelPeer},${addresses.tunnelPeer6}`,
    `--address=/inside.test/${addresses.tunnelPeer}`,
    '--txt-record=who.test,inside',
  ]);
  for (const name of ['router-dns', 'peer-dns']) {
    await until(name, () => readFileSync(`${LAB}/log/${name}.log`, 'utf8').includes('started'));
  }
}

/** A site that answers with the address a request came from, at the router and at the peer. */
async function startSites(): Promise<void> {
  const program = `${LAB}/site.mjs`;
  writeFileSync(
    program,
    `import { createServer } from 'node:http';
createServer((q, r) => r.end(q.socket.remoteAddress.replace('::ffff:', '') + '\\n')).listen(80, '::', () => console.log('listening'));\n`,
  );
  start('router', root, 'router-site', ['node', program]);
  start('peer', root, 'peer-site', ['node', program]);
  for (const name of ['router-site', 'peer-site']) {
    await until(name, () => readFileSync(`${LAB}/log/${name}.log`, 'utf8').includes('listening'));
  }
}

export interface ConfOptions {
  readonly endpoint?: string;
  /** Whether the tunnel brings the peer's name server, or which it brings. */
  readonly dns?: boolean | string;
  readonly tunnelAddresses?: string;
  /** A whole further [Peer] section. */
  readonly furtherPeer?: string;
  readonly hooks?: string;
  readonly allowedIps?: string;
  readonly keepalive?: number;
}

const nameServer = ({ dns }: ConfOptions): string => (typeof dns === 'string' ? dns : addresses.tunnelPeer);

/** A configuration as a provider hands it out. */
export function clientConf(keys: PeerKeys, options: ConfOptions = {}): string {
  const lines = [
    '[Interface]',
    `PrivateKey = ${keys.clientPrivate}`,
    `Address = ${options.tunnelAddresses ?? `${addresses.tunnelClient}/32, ${addresses.tunnelClient6}/128`}`,
    'MTU = 1420',
    ...(options.dns === false ? [] : [`DNS = ${nameServer(options)}`]),
    ...(options.hooks === undefined ? [] : [options.hooks]),
    '',
    '[Peer]',
    `PublicKey = ${keys.peerPublic}`,
    `PresharedKey = ${keys.preshared}`,
    `Endpoint = ${options.endpoint ?? `${addresses.peer}:51820`}`,
    `AllowedIPs = ${options.allowedIps ?? '0.0.0.0/0, ::/0'}`,
    ...(options.keepalive === undefined ? [] : [`PersistentKeepalive = ${options.keepalive}`]),
    ...(options.furtherPeer === undefined ? [] : ['', options.furtherPeer]),
    '',
  ];
  return lines.join('\n');
}
