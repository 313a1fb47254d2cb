import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { childEnvironment, systemNames } from '#shared/contract/system-names.ts';
import type { PublicKey } from '#shared/wireguard/key.ts';
import type { PeerAddress } from '../../../core/tunnel-state.ts';
import type { PeerReading } from '../../../port/wireguard.ts';
import { runCommand } from '../command.ts';
import { platformError, type PlatformProblemCode } from '../platform-problem.ts';
import { requireProgram } from '../program.ts';
import type { DeviceBackend } from './device-backend.ts';
import type { DeviceConfiguration } from './device-configuration.ts';
import { UapiConnection } from './uapi-connection.ts';
import {
  GET_OPERATION,
  parseAnswer,
  renderClear,
  renderEndpoints,
  renderKeepalive,
  renderSet,
  type DeviceAnswer,
} from './uapi-text.ts';

/**
 * Runs a program that ends with us, however we end: a tunnel whose registration nobody watches must not carry packets.
 * The kernel closes our end of its standard input, and that is heard. (setpriv --pdeathsig sets capabilities on the
 * way, which the unit's filter of system calls refuses.)
 */
const ENDING_WITH_US =
  'exec 3<&0; "$@" 3<&- & w=$!; { read -r _; kill -KILL $w; } <&3 & r=$!; exec 3<&-; wait $w; kill -KILL $r';

const MAKE_DEADLINE_MILLISECONDS = 5000;
const POLL_MILLISECONDS = 2;

/** The device of a wireguard-go process, spoken to over its socket. Needs /dev/net/tun and CAP_NET_ADMIN. */
export class UserspaceBackend implements DeviceBackend {
  readonly name = 'wireguard-go';
  readonly #device: string;
  readonly #mark: number;
  readonly #socketPath: string;
  readonly #listeners: (() => void)[] = [];
  #process: ChildProcess | null = null;
  #connection: UapiConnection | null = null;

  constructor({ device, mark }: { readonly device: string; readonly mark: number }) {
    this.#device = device;
    this.#mark = mark;
    this.#socketPath = `${systemNames.wireguardDirectory}/${device}.sock`;
  }

  async make(): Promise<void> {
    await this.remove();
    // Its output could name endpoints, so nobody hears it.
    const words = ['-c', ENDING_WITH_US, 'sh', requireProgram('wireguard-go'), '-f', this.#device];
    // Not detached: in a session of its own the scheduler's autogroups would weigh it alone against whole sessions, and
    // a busy machine would let half as much through.
    const child = spawn(requireProgram('sh'), words, {
      env: { ...childEnvironment, LOG_LEVEL: 'silent' },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.stdin.on('error', () => undefined); // it ended first
    child.on('error', () => undefined); // seen below as a process that does not live
    child.unref();
    this.#process = child;
    const connection = await this.#connectTo(child);
    connection.onClosed(() => this.#lost(connection));
    this.#connection = connection;
    await this.clear();
  }

  isThere(): boolean {
    return this.#connection?.isOpen === true;
  }

  onGone(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async configure(configuration: DeviceConfiguration): Promise<void> {
    await this.#request(renderSet(configuration), 'configure_device_failed');
  }

  async setKeepalive(peers: readonly PublicKey[], seconds: number): Promise<void> {
    if (peers.length === 0) return;
    await this.#request(renderKeepalive(peers, seconds), 'configure_device_failed');
  }

  async setEndpoints(peers: readonly PeerAddress[]): Promise<void> {
    await this.#request(renderEndpoints(peers), 'configure_device_failed');
  }

  async read(): Promise<readonly PeerReading[]> {
    return (await this.#request(GET_OPERATION, 'read_device_failed')).peers;
  }

  async clear(): Promise<void> {
    await this.#request(renderClear(this.#mark), 'configure_device_failed');
  }

  async remove(): Promise<void> {
    const connection = this.#connection;
    const child = this.#process;
    this.#connection = null;
    this.#process = null;
    connection?.close();
    // Also one that an earlier run left: wireguard-go ends when its interface is deleted.
    await runCommand(requireProgram('ip'), ['link', 'del', 'dev', this.#device]);
    child?.stdin?.end();
    if (child !== null) await ended(child);
    await this.#socketClosed();
    rmSync(this.#socketPath, { force: true });
  }

  async #request(operation: string, code: PlatformProblemCode): Promise<DeviceAnswer> {
    const connection = this.#connection;
    if (connection === null) throw platformError(code, { detail: 'there is no device' });
    const answer = parseAnswer(await connection.request(operation));
    if (answer.errno !== 0) throw platformError(code, { detail: `errno ${answer.errno}` });
    return answer;
  }

  async #connectTo(child: ChildProcess): Promise<UapiConnection> {
    const deadline = performance.now() + MAKE_DEADLINE_MILLISECONDS;
    for (;;) {
      try {
        return await UapiConnection.open(this.#socketPath);
      } catch (cause) {
        const isDead = child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
        if (isDead || performance.now() > deadline) throw platformError('make_device_failed', { cause });
        await sleep(POLL_MILLISECONDS);
      }
    }
  }

  #lost(connection: UapiConnection): void {
    if (this.#connection !== connection) return; // replaced or removed by ourselves
    this.#connection = null;
    for (const listener of this.#listeners) listener();
  }

  /** The former process takes its socket with it; a socket taken away under it would be the next one's. */
  async #socketClosed(): Promise<void> {
    const deadline = performance.now() + MAKE_DEADLINE_MILLISECONDS;
    while (performance.now() < deadline) {
      try {
        (await UapiConnection.open(this.#socketPath)).close();
      } catch {
        return; // nobody listens
      }
      await sleep(POLL_MILLISECONDS);
    }
    throw platformError('make_device_failed', { detail: 'the former device does not go' });
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const timer = setTimeout(() => child.kill('SIGKILL'), 1000);
  await new Promise((resolve) => child.once('exit', resolve));
  clearTimeout(timer);
}
