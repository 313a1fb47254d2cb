import type { PublicKey } from '#shared/wireguard/key.ts';
import type { PeerAddress } from '../../../core/tunnel-state.ts';
import type { PeerReading } from '../../../port/wireguard.ts';
import { runCommand, type CommandOutcome } from '../command.ts';
import { platformError, type PlatformProblemCode } from '../platform-problem.ts';
import { requireProgram } from '../program.ts';
import type { DeviceBackend } from './device-backend.ts';
import type { DeviceConfiguration } from './device-configuration.ts';
import { formatSocketAddress } from './uapi-text.ts';
import { parseDump, renderEmptySetconf, renderSetconf } from './wg-text.ts';

/**
 * WireGuard in the kernel, through `ip` and `wg`. Thin: what it says is golden-tested, and `wg` is run against
 * wireguard-go in the lab. docs/architecture.md says on which kernels it has run as a whole.
 */
export class KernelBackend implements DeviceBackend {
  readonly name = 'kernel';
  readonly #device: string;
  readonly #mark: number;
  readonly #listeners: (() => void)[] = [];
  #isThere = false;

  constructor({ device, mark }: { readonly device: string; readonly mark: number }) {
    this.#device = device;
    this.#mark = mark;
  }

  async make(): Promise<void> {
    await this.remove();
    const made = await this.#ip('link', 'add', 'dev', this.#device, 'type', 'wireguard');
    if (made.code !== 0) throw platformError('make_device_failed', { detail: made.stderr });
    this.#isThere = true;
    await this.clear();
  }

  isThere(): boolean {
    return this.#isThere;
  }

  /** The kernel does not tell a process without a netlink socket; a reading that fails does. */
  onGone(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async configure(configuration: DeviceConfiguration): Promise<void> {
    await this.#setconf(renderSetconf(configuration));
  }

  async setKeepalive(peers: readonly PublicKey[], seconds: number): Promise<void> {
    if (peers.length === 0) return;
    const words = peers.flatMap((peer) => ['peer', peer, 'persistent-keepalive', String(seconds)]);
    const outcome = await runCommand(requireProgram('wg'), ['set', this.#device, ...words]);
    this.#require(outcome, 'configure_device_failed');
  }

  async setEndpoints(peers: readonly PeerAddress[]): Promise<void> {
    const words = peers.flatMap((peer) => ['peer', peer.publicKey, 'endpoint', formatSocketAddress(peer)]);
    const outcome = await runCommand(requireProgram('wg'), ['set', this.#device, ...words]);
    this.#require(outcome, 'configure_device_failed');
  }

  async read(): Promise<readonly PeerReading[]> {
    const outcome = await runCommand(requireProgram('wg'), ['show', this.#device, 'dump']);
    this.#require(outcome, 'read_device_failed');
    return parseDump(outcome.stdout);
  }

  async clear(): Promise<void> {
    await this.#setconf(renderEmptySetconf(this.#mark));
  }

  async remove(): Promise<void> {
    this.#isThere = false;
    await this.#ip('link', 'del', 'dev', this.#device);
  }

  async #setconf(text: string): Promise<void> {
    // `wg setconf` wants a file to open, and the socket that Node gives as standard input cannot be opened
    // again through /dev/stdin; a pipe can. So the secret is in no file and no argument. The words are constant.
    const words = ['-c', 'cat | exec "$0" setconf "$1" /dev/stdin', requireProgram('wg'), this.#device];
    this.#require(await runCommand('/bin/sh', words, text), 'configure_device_failed');
  }

  #ip(...words: readonly string[]): Promise<CommandOutcome> {
    return runCommand(requireProgram('ip'), words);
  }

  #require(outcome: CommandOutcome, code: PlatformProblemCode): void {
    if (outcome.code === 0) return;
    this.#reportGone();
    throw platformError(code, { detail: outcome.stderr });
  }

  #reportGone(): void {
    if (!this.#isThere) return;
    this.#isThere = false;
    for (const listener of this.#listeners) listener();
  }
}
