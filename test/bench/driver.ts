/**
 * One measurement, run inside the client's network: prints one JSON line.
 *   driver.mjs sanad-connect TUNNEL | sanad-disconnect     as alice
 *   driver.mjs session TUNNEL | status ROUNDS              as alice
 *   driver.mjs quick-up CONF | quick-down CONF             as root
 */
import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { configDirectory } from '#client/config-directory.ts';
import { connectTunnel } from '#client/daemon/connect-tunnel.ts';
import { DaemonConnection } from '#client/daemon/daemon-connection.ts';
import { deviceKey } from '#client/device/device-key.ts';
import { signDeviceProof } from '#client/device/sign-proof.ts';
import { systemKeychain } from '#client/keychain.ts';
import { RegistrationStore } from '#client/registration/registration-store.ts';
import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import { paths } from '#shared/contract/paths.ts';
import { serveSession } from './session.ts';
import { toConfigurationMessage } from '#shared/wireguard/configuration-conversion.ts';

const [what = '', word = ''] = process.argv.slice(2);
const ECHO = { address: '10.66.66.1', port: 7777 } as const;
const GIVE_UP_MILLISECONDS = 10_000;

interface Prober {
  /** Sends a datagram every millisecond until one comes back; gives the time of the first reply. */
  firstReply(): Promise<number>;
}

/** Made before the clock starts: it belongs to neither side. */
async function openProber(): Promise<Prober> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, resolve));
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  socket.on('message', () => resolve(performance.now()));
  // Before the tunnel is there sending fails or is dropped: that is what is being measured.
  const send = (): void => socket.send('?', ECHO.port, ECHO.address, () => undefined);
  return {
    firstReply: () => {
      const timer = setInterval(send, 1);
      const giveUp = setTimeout(() => reject(new Error('no reply through the tunnel')), GIVE_UP_MILLISECONDS);
      return promise.finally(() => {
        clearInterval(timer);
        clearTimeout(giveUp);
        socket.close();
      });
    },
  };
}

async function open(): Promise<DaemonConnection> {
  const path = `${paths.userDirectory}/${process.getuid?.() ?? 0}/${paths.userSocketName}`;
  return await DaemonConnection.open({ path, program: 'bench' });
}

/** Everything that a connect needs and that stays the same, read once. */
async function preparation() {
  const options = { configDirectory: configDirectory(), keychain: systemKeychain };
  const tunnels = new TunnelStore(options);
  const tunnel = await tunnels.get(word);
  const configuration = await tunnels.configurationOf(tunnel);
  const certificate = await new RegistrationStore(options.configDirectory).certificateFor(tunnel);
  if (certificate === undefined) throw new Error('no certificate');
  return { key: await deviceKey(options), certificate, configuration };
}

type Prepared = Awaited<ReturnType<typeof preparation>>;

async function connectRequest(connection: DaemonConnection, { key, certificate, configuration }: Prepared) {
  const challenge = await connection.request('challenge', {});
  const now = Math.floor(Date.now() / 1000);
  const deviceProof = signDeviceProof({ key, certificate, configuration, ...challenge, now });
  const message = toConfigurationMessage(configuration);
  return { tunnel: word, configuration: message, certificate, deviceProof };
}

async function session(): Promise<object> {
  const prepared = await preparation();
  await serveSession({ open, request: (connection) => connectRequest(connection, prepared) });
  return {};
}

/** The command beside the bare runtime, alternating; medians are taken where they are shown. */
async function status(): Promise<object> {
  const timed = (file: string, words: readonly string[]): number => {
    const started = performance.now();
    const { status, stderr } = spawnSync(file, words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${file} ${words.join(' ')}: ${stderr}`);
    return performance.now() - started;
  };
  const rounds = Array.from({ length: Number(word) }, () => ({
    node: timed('node', ['-e', '0']),
    sanad: timed('sanad', ['status']),
  }));
  return await Promise.resolve({ rounds });
}

async function sanadConnect(): Promise<object> {
  const prepared = await preparation();
  const connection = await open();
  const prober = await openProber();
  const challenged = performance.now();
  const parameters = await connectRequest(connection, prepared);
  const started = performance.now();
  const reply = prober.firstReply();
  await connectTunnel(connection, { parameters, onProgress: () => undefined });
  const connected = performance.now();
  const replied = await reply;
  connection.close();
  return { reply: replied - started, connected: connected - started, withProof: replied - challenged };
}

async function sanadDisconnect(): Promise<object> {
  const connection = await open();
  const started = performance.now();
  await connection.request('disconnect', {});
  const done = performance.now() - started;
  connection.close();
  return { done };
}

function quick(verb: 'up' | 'down'): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('wg-quick', [verb, word], { stdio: 'ignore' });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`wg-quick ${verb}: ${code}`))));
  });
}

async function quickUp(): Promise<object> {
  const prober = await openProber();
  const started = performance.now();
  const reply = prober.firstReply();
  await quick('up');
  const returned = performance.now() - started;
  return { reply: (await reply) - started, returned };
}

async function quickDown(): Promise<object> {
  const started = performance.now();
  await quick('down');
  return { done: performance.now() - started };
}

const measurements: Readonly<Record<string, () => Promise<object>>> = {
  'sanad-connect': sanadConnect,
  'sanad-disconnect': sanadDisconnect,
  session,
  status,
  'quick-up': quickUp,
  'quick-down': quickDown,
};
const measure = measurements[what];
if (measure === undefined) throw new Error(`no such measurement: ${what}`);
console.log(JSON.stringify(await measure()));
process.exit(0);
