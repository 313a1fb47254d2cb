import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { insideLab } from '#test/lab/enter.ts';
import { until } from '#test/lab/process.ts';

/** Why these tests cannot run here, or null. */
export const twoHostsImpossible = (): string | null =>
  insideLab() ? null : 'not inside a lab: run them with script/test';

export const near = { address: '198.51.100.2', tunnel: '10.66.66.2', tunnel6: 'fd66:66::2' } as const;
export const far = {
  address: '198.51.100.1',
  port: 51_820,
  tunnel: '10.66.66.1',
  tunnel6: 'fd66:66::1',
} as const;

export interface TwoHosts {
  /** Keys of the far end and of ours, base64. */
  readonly farPublic: string;
  readonly nearPrivate: string;
  readonly preshared: string;
  ping(address: string): boolean;
  close(): Promise<void>;
}

const ip = (...words: readonly string[]): string => execFileSync('ip', words, { stdio: 'pipe' }).toString();
const FAR = 'far';

/**
 * The namespace that the test itself is in, as the client, and a second one with a real WireGuard peer: adapters
 * run in the test's own process, and a process cannot change its network namespace from within Node.
 */
export async function makeTwoHosts(): Promise<TwoHosts> {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=0755', 'tmpfs', '/run']);
  mkdirSync('/run/wireguard');
  connectHosts();
  const keys = makeKeys();
  const peer = await startFar(keys);
  return {
    farPublic: keys.farPublic,
    nearPrivate: keys.nearPrivate,
    preshared: keys.preshared,
    ping: (address) => spawnSync('ping', ['-n', '-c', '1', '-W', '2', address]).status === 0,
    close: async () => {
      peer.kill('SIGKILL');
      await new Promise((resolve) => peer.once('exit', resolve));
      ip('netns', 'del', FAR);
      execFileSync('umount', ['--lazy', '/run']);
    },
  };
}

function connectHosts(): void {
  ip('link', 'set', 'lo', 'up');
  ip('netns', 'add', FAR);
  ip('link', 'add', 'near0', 'type', 'veth', 'peer', 'name', 'far0', 'netns', FAR);
  ip('address', 'add', `${near.address}/24`, 'dev', 'near0');
  ip('link', 'set', 'near0', 'up');
  ip('-n', FAR, 'address', 'add', `${far.address}/24`, 'dev', 'far0');
  ip('-n', FAR, 'link', 'set', 'far0', 'up');
  ip('route', 'add', 'default', 'via', far.address);
}

function wg(input: string, ...words: readonly string[]): string {
  return execFileSync('wg', words, { input, stdio: 'pipe' }).toString().trim();
}

function makeKeys() {
  const [nearPrivate, farPrivate, preshared] = [wg('', 'genkey'), wg('', 'genkey'), wg('', 'genpsk')];
  const [nearPublic, farPublic] = [wg(nearPrivate, 'pubkey'), wg(farPrivate, 'pubkey')];
  return { nearPrivate, farPrivate, preshared, nearPublic, farPublic };
}

async function startFar(keys: ReturnType<typeof makeKeys>): Promise<ChildProcess> {
  const process = spawn('ip', ['netns', 'exec', FAR, 'wireguard-go', '-f', 'wgfar'], { stdio: 'ignore' });
  await until('the far end', () => existsSync('/run/wireguard/wgfar.sock'));
  const directory = mkdtempSync('/run/far-');
  const file = `${directory}/peer.conf`;
  writeFileSync(file, farConfiguration(keys), { mode: 0o600 });
  execFileSync('wg', ['setconf', 'wgfar', file]);
  rmSync(directory, { recursive: true });
  for (const address of [`${far.tunnel}/24`, `${far.tunnel6}/64`]) {
    ip('-n', FAR, 'address', 'add', address, 'dev', 'wgfar');
  }
  ip('-n', FAR, 'link', 'set', 'wgfar', 'up');
  return process;
}

const farConfiguration = (keys: ReturnType<typeof makeKeys>): string => `[Interface]
PrivateKey = ${keys.farPrivate}
ListenPort = ${far.port}
[Peer]
PublicKey = ${keys.nearPublic}
PresharedKey = ${keys.preshared}
AllowedIPs = ${near.tunnel}/32, ${near.tunnel6}/128
`;
