import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { insideLab } from '#test/lab/enter.ts';
import { until } from '#test/lab/process.ts';

/** What a device says of itself, in an order that does not depend on the file. */
export interface DeviceReading {
  /** Stands for the private key, of which WireGuard keeps a clamped copy. */
  readonly publicKey: string;
  /** As `wg show dump` gives it; any port there is where none was asked for. */
  readonly listenPort: number;
  readonly mark: string;
  readonly peers: readonly PeerReading[];
}

export interface PeerReading {
  readonly publicKey: string;
  readonly presharedKey: string;
  readonly endpoint: string;
  readonly allowedIps: readonly string[];
  readonly keepalive: string;
}

/** What WireGuard's own tools make of a file: `wg-quick strip`, `wg setconf`, `wg show dump`. */
export interface ReferenceDevice {
  /** The device as it is then; undefined where they refuse the file. */
  read(conf: string): DeviceReading | undefined;
  close(): Promise<void>;
}

/** The names that these files use, as the lab's /etc/hosts has them: wg looks them up when it reads a file. */
export const knownNames: Readonly<Record<string, string>> = {
  'vpn.example': '192.0.2.80',
  'six.example': '2001:db8::80',
  'xn--bcher-kva.example': '192.0.2.81',
  gateway: '192.0.2.82',
  'under_score.example': '192.0.2.83',
};

export const referenceImpossible = (): string | null =>
  insideLab() ? null : 'not inside a lab: run it with script/test';

const DEVICE = 'reference';

/** A real interface in the lab's own network namespace, with names, and without a network. */
export async function makeReferenceDevice(): Promise<ReferenceDevice> {
  const directory = mkdtempSync(join(tmpdir(), 'sanad-reference-'));
  mkdirSync('/run/wireguard', { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=0700', 'tmpfs', '/run/wireguard']);
  const covered = coverFiles(directory);
  const program = spawn('wireguard-go', ['-f', DEVICE], { stdio: 'ignore' });
  const ended = once(program, 'exit');
  await until('the reference interface', () => existsSync(`/run/wireguard/${DEVICE}.sock`));
  return {
    read: (conf) => (setconf(directory, conf) ? readDump(wg('show', DEVICE, 'dump')) : undefined),
    close: async () => {
      program.kill('SIGKILL');
      await ended;
      for (const place of [...covered, '/run/wireguard']) execFileSync('umount', ['--lazy', place]);
      rmSync(directory, { recursive: true });
    },
  };
}

/** Mounts of this namespace alone. No server for names but the list. */
function coverFiles(directory: string): readonly string[] {
  const names = Object.entries(knownNames).map(([name, address]) => `${address} ${name}\n`);
  const contents = { '/etc/hosts': names.join(''), '/etc/resolv.conf': 'nameserver 127.0.0.1\n' };
  for (const [place, content] of Object.entries(contents)) {
    const file = join(directory, place.replaceAll('/', '-'));
    writeFileSync(file, content);
    execFileSync('mount', ['--bind', file, place]);
  }
  return Object.keys(contents);
}

/** Whether wg-quick's and wg's parsers both took it. */
function setconf(directory: string, conf: string): boolean {
  const file = join(directory, `${DEVICE}.conf`);
  writeFileSync(file, conf, { mode: 0o600 });
  const strip = spawnSync('wg-quick', ['strip', file]);
  if (strip.status !== 0) return false;
  writeFileSync(file, strip.stdout, { mode: 0o600 });
  const env = { ...process.env, WG_ENDPOINT_RESOLUTION_RETRIES: '0', LC_ALL: 'C' };
  return spawnSync('wg', ['setconf', DEVICE, file], { env }).status === 0;
}

function wg(...words: readonly string[]): string {
  return execFileSync('wg', words, { stdio: 'pipe' }).toString();
}

/** The columns of `wg show dump`, wg(8). */
export function readDump(dump: string): DeviceReading {
  const [own = '', ...peers] = dump.trimEnd().split('\n');
  const [, publicKey = '', listenPort = '', mark = ''] = own.split('\t');
  return {
    publicKey,
    listenPort: Number(listenPort),
    mark,
    peers: peers.map(readPeer).sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1)),
  };
}

function readPeer(line: string): PeerReading {
  const [publicKey = '', presharedKey = '', endpoint = '', allowed = '', , , , keepalive = ''] =
    line.split('\t');
  const allowedIps = allowed === '(none)' ? [] : allowed.split(',').sort();
  return { publicKey, presharedKey, endpoint, allowedIps, keepalive };
}
