import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** In a user namespace there is one uid only. */
export const isRoot = process.getuid?.() === 0;
const NFT = '/usr/sbin/nft';

/** Why the pair cannot be made on this machine, or null. */
export function pairImpossible(): string | null {
  try {
    accessSync(NFT, constants.X_OK);
    execFileSync('unshare', [...newNamespace(), 'true'], { stdio: 'ignore' });
    return null;
  } catch (error) {
    return `no network namespace with nft can be made here: ${String(error)}`;
  }
}

type Side = 'client' | 'router';

/**
 * Two network namespaces that vanish with this process.
 *
 *   client eth0   198.51.100.2, 2001:db8:1::2 ---- 198.51.100.1, 2001:db8:1::1 c0 router, which also is
 *   client sanad0 10.66.66.2, fd66:66::2 -------------- 10.66.66.1, fd66:66::1 t0 everybody else out there
 *
 * sanad0 is a plain wire instead of a tunnel: what arrives on t0 has gone "through the tunnel", what arrives on
 * c0 outside of it.
 */
export class NamespacePair {
  readonly #holders: Readonly<Record<Side, ChildProcess>>;
  readonly #directory = mkdtempSync(join(tmpdir(), 'sanad-pair-'));

  static async make(): Promise<NamespacePair> {
    const client = await hold('unshare', newNamespace());
    const router = isRoot
      ? await hold('unshare', newNamespace())
      : await hold('nsenter', [...into(client), 'unshare', '--net']);
    const pair = new NamespacePair({ client, router });
    pair.#connect();
    return pair;
  }

  private constructor(holders: Readonly<Record<Side, ChildProcess>>) {
    this.#holders = holders;
  }

  /** A program that runs nft in the client's namespace as the daemon would: own uid, CAP_NET_ADMIN, no more. */
  nftOfDaemon(): string {
    return this.#programOfDaemon('nft', NFT);
  }

  ipOfDaemon(): string {
    return this.#programOfDaemon('ip', '/usr/sbin/ip');
  }

  #programOfDaemon(name: string, program: string): string {
    const path = join(this.#directory, name);
    const daemon = isRoot
      ? ['/usr/bin/setpriv', '--reuid=980', '--regid=980', '--clear-groups', ...onlyNetAdmin]
      : [];
    const words = ['/usr/bin/nsenter', ...this.#enter('client'), ...daemon, program];
    writeFileSync(path, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`);
    chmodSync(path, 0o755);
    return path;
  }

  sync(side: Side, command: readonly string[], input = ''): string {
    return execFileSync('nsenter', [...this.#enter(side), ...command], {
      input,
      stdio: 'pipe',
      timeout: 10_000,
    }).toString();
  }

  /** Sends as this uid, with what bash can do without any other program; says nothing of what became of it. */
  async send(protocol: 'udp' | 'tcp', to: string, options: { port: number; uid?: number }): Promise<void> {
    const { port, uid } = options;
    const as = uid === undefined ? [] : ['setpriv', `--reuid=${uid}`, '--clear-groups'];
    const script = `echo x >/dev/${protocol}/${to}/${port}`;
    const command = ['timeout', '0.2', ...as, 'bash', '-c', script];
    // A dropped packet is EPERM or a timeout; the counters tell.
    await run('nsenter', [...this.#enter('client'), ...command]).catch(() => undefined);
  }

  start(side: Side, script: string): ChildProcess {
    return spawn('nsenter', [...this.#enter(side), process.execPath, '-e', script], { stdio: 'pipe' });
  }

  /** What has arrived at the router since the last call. */
  arrived(): { readonly outside: number; readonly inside: number } {
    const text = this.sync('router', [NFT, 'reset', 'counters', 'table', 'inet', 'count']);
    const packets = (name: string) =>
      Number(new RegExp(`counter ${name} \\{\\s*packets (\\d+)`).exec(text)?.[1]);
    return { outside: packets('outside'), inside: packets('inside') };
  }

  end(): void {
    for (const holder of Object.values(this.#holders)) holder.kill('SIGKILL');
    rmSync(this.#directory, { recursive: true });
  }

  #enter(side: Side): readonly string[] {
    return into(this.#holders[side]);
  }

  #connect(): void {
    const router = String(this.#holders.router.pid);
    this.sync('client', ['ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'c0', 'netns', router]);
    this.sync('client', [
      'ip',
      'link',
      'add',
      'sanad0',
      'type',
      'veth',
      'peer',
      'name',
      't0',
      'netns',
      router,
    ]);
    this.sync('client', ['ip', '-batch', '-'], clientNetwork);
    this.sync('router', ['ip', '-batch', '-'], routerNetwork);
    // Both ends have to know each other: a packet that waits for its neighbour has passed the firewall already.
    for (const there of ['198.51.100.1', '2001:db8:1::1', '10.66.66.1', 'fd66:66::1']) {
      this.sync('client', ['bash', '-c', `until ping -q -c 1 -W 0.1 ${there}; do :; done`]);
    }
    this.sync('router', [NFT, '-f', '-'], counters);
  }
}

const onlyNetAdmin = [
  '--inh-caps=-all,+net_admin',
  '--ambient-caps=-all,+net_admin',
  '--bounding-set=-all,+net_admin',
  '--no-new-privs',
];

const clientNetwork = `
link set lo up
addr add 198.51.100.2/24 dev eth0
addr add 2001:db8:1::2/64 dev eth0 nodad
link set eth0 up
addr add 10.66.66.2/24 dev sanad0
addr add fd66:66::2/64 dev sanad0 nodad
link set sanad0 up
route add default via 198.51.100.1
route add ::/0 via 2001:db8:1::1 dev eth0
route add default dev sanad0 table 23118
route add ::/0 dev sanad0 table 23118
`;

const routerNetwork = `
link set lo up
addr add 198.51.100.1/24 dev c0
addr add 2001:db8:1::1/64 dev c0 nodad
link set c0 up
addr add 10.66.66.1/24 dev t0
addr add fd66:66::1/64 dev t0 nodad
link set t0 up
addr add 203.0.113.2/32 dev lo
addr add 198.18.0.80/32 dev lo
addr add 198.18.0.90/32 dev lo
addr add 10.9.0.1/32 dev lo
addr add 2001:db8:2::2/128 dev lo
addr add 2001:db8:80::80/128 dev lo
addr add 2001:db8:80::90/128 dev lo
`;

/** Neighbour discovery is no leak; everything else that arrives counts. */
const counters = `
table inet count {
  counter outside { }
  counter inside { }
  chain arriving {
    type filter hook prerouting priority -400;
    meta l4proto icmpv6 icmpv6 type { 133, 135, 136, 143 } accept
    iifname "c0" counter name outside
    iifname "t0" counter name inside
  }
}
`;

/** A process that holds a namespace: it ends with this one, whose pipe it reads. */
async function hold(file: string, words: readonly string[]): Promise<ChildProcess> {
  const holder = spawn(file, [...words, 'cat'], { stdio: ['pipe', 'ignore', 'inherit'] });
  while (readFileSync(`/proc/${holder.pid}/comm`, 'utf8').trim() !== 'cat') await sleep(2);
  return holder;
}

function newNamespace(): readonly string[] {
  return isRoot ? ['--net'] : ['--user', '--map-root-user', '--net'];
}

function into(holder: ChildProcess): readonly string[] {
  return [`--target=${holder.pid}`, '--net', ...(isRoot ? [] : ['--user', '--preserve-credentials'])];
}
