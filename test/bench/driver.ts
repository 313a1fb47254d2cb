/**
 * One measurement, run inside the client's network: prints one JSON line.
 *   driver.mjs sanad-connect TUNNEL | sanad-disconnect     as alice
 *   driver.mjs quick-up CONF | quick-down CONF             as root
 */
import { spawn } from 'node:child_process';
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

async function sanadConnect(): Promise<object> {
  const options = { configDirectory: configDirectory(), keychain: systemKeychain };
  const tunnels = new TunnelStore(options);
  const tunnel = await tunnels.get(word);
  const configuration = await tunnels.configurationOf(tunnel);
  const certificate = await new RegistrationStore(options.configDirectory).certificateFor(tunnel);
  if (certificate === undefined) throw new Error('no certificate');
  const key = await deviceKey(options);
  const connection = await open();
  const prober = await openProber();
  const challenged = performance.now();
  const challenge = await connection.request('challenge', {});
  const now = Math.floor(Date.now() / 1000);
  const deviceProof = signDeviceProof({ key, certificate, configuration, ...challenge, now });
  const message = toConfigurationMessage(configuration);
  const parameters = { tunnel: word, configuration: message, certificate, deviceProof };
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
  'quick-up': quickUp,
  'quick-down': quickDown,
};
const measure = measurements[what];
if (measure === undefined) throw new Error(`no such measurement: ${what}`);
console.log(JSON.stringify(await measure()));
process.exit(0);
