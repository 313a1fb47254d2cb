import { setTimeout as sleep } from 'node:timers/promises';
import type { PublicKey } from '#shared/wireguard/key.ts';
import type { BringUp, PeerReading, WireGuard } from '../../../port/wireguard.ts';
import type { DeviceBackend } from './device-backend.ts';
import { callingAtOnce, deviceConfigurationOf } from './device-configuration.ts';

/** A peer in the same city answers in 10 ms; one that has not in a second is asked less often. */
const pollSteps = [
  { untilMilliseconds: 300, everyMilliseconds: 2 },
  { untilMilliseconds: 1000, everyMilliseconds: 20 },
  { untilMilliseconds: Infinity, everyMilliseconds: 200 },
] as const;

/** The WireGuard port over either backend. */
export class LinuxWireGuard implements WireGuard {
  readonly #backend: DeviceBackend;
  readonly #mark: number;
  /** Peers that are called at once but whose configuration keeps them quiet. */
  #quiet: readonly PublicKey[] = [];

  constructor({ backend, mark }: { readonly backend: DeviceBackend; readonly mark: number }) {
    this.#backend = backend;
    this.#mark = mark;
  }

  async prepare(): Promise<void> {
    this.#quiet = [];
    if (this.#backend.isThere()) await this.#backend.clear();
    else await this.#backend.make();
  }

  async bringUp(tunnel: BringUp): Promise<void> {
    const { configuration, quiet } = callingAtOnce(deviceConfigurationOf(tunnel, this.#mark));
    this.#quiet = quiet;
    await this.#backend.configure(configuration);
  }

  async awaitHandshake(signal: AbortSignal): Promise<number | null> {
    const at = await this.#pollHandshake(signal);
    if (at === null) return null;
    // Peers that nobody wanted kept alive fall silent again.
    await this.#backend.setKeepalive(this.#quiet, 0);
    this.#quiet = [];
    return at;
  }

  async read(): Promise<readonly PeerReading[]> {
    return await this.#backend.read();
  }

  async takeDown(): Promise<void> {
    this.#quiet = [];
    if (this.#backend.isThere()) await this.#backend.clear();
  }

  onVanished(listener: () => void): void {
    this.#backend.onGone(listener);
  }

  async close(): Promise<void> {
    await this.#backend.remove();
  }

  async #pollHandshake(signal: AbortSignal): Promise<number | null> {
    const start = performance.now();
    while (!signal.aborted) {
      const at = firstHandshake(await this.#backend.read());
      if (at !== null) return at;
      const waited = performance.now() - start;
      const step = pollSteps.find(({ untilMilliseconds }) => waited < untilMilliseconds);
      await sleep(step?.everyMilliseconds);
    }
    return null;
  }
}

/** Peers are made anew by `bringUp`, so any handshake is one since then. */
function firstHandshake(peers: readonly PeerReading[]): number | null {
  return peers.find((peer) => peer.latestHandshakeAt !== null)?.latestHandshakeAt ?? null;
}
