import { setTimeout as sleep } from 'node:timers/promises';
import type { PublicKey } from '#shared/wireguard/key.ts';
import type { PeerAddress } from '../../../core/tunnel-state.ts';
import type { BringUp, PeerReading, WireGuard } from '../../../port/wireguard.ts';
import { platformError } from '../platform-problem.ts';
import type { DeviceBackend } from './device-backend.ts';
import { callingAtOnce, deviceConfigurationOf, type DeviceConfiguration } from './device-configuration.ts';

/** A peer in the same city answers in 10 ms; one that has not in a second is asked less often. */
const pollSteps = [
  { untilMilliseconds: 300, everyMilliseconds: 2 },
  { untilMilliseconds: 1000, everyMilliseconds: 20 },
  { untilMilliseconds: Infinity, everyMilliseconds: 200 },
] as const;

/**
 * WireGuard itself calls again only after 5 s (REKEY_TIMEOUT), so one lost packet would cost as much. Further
 * apart each time, because calling anew gives up an answer that may be under way over a slow link.
 */
const CALL_AGAIN_AFTER_MILLISECONDS = [1000, 3000] as const;

/**
 * A peer takes two calls within this time for a replay: calls carry a time that wireguard-go rounds to 17 ms, and
 * 50 a second is the most that a peer looks at.
 */
const SHORTEST_TIME_BETWEEN_CALLS_MILLISECONDS = 40;

interface Call {
  /** Every peer called at once. Holds the private key, so it is kept only until somebody answers. */
  readonly configuration: DeviceConfiguration;
  /** Peers that are called at once but whose configuration keeps them quiet. */
  readonly quiet: readonly PublicKey[];
}

interface LinuxWireGuardOptions {
  readonly mark: number;
  /** Kernel or wireguard-go; asked once. */
  readonly choose: () => Promise<DeviceBackend>;
  /** Removes a device of that name, if there is one. */
  readonly removeLeftover: () => Promise<void>;
}

/** The WireGuard port over either backend. */
export class LinuxWireGuard implements WireGuard {
  readonly #options: LinuxWireGuardOptions;
  readonly #listeners: (() => void)[] = [];
  #backend: DeviceBackend | null = null;
  #call: Call | null = null;
  #calledAt = -Infinity;

  constructor(options: LinuxWireGuardOptions) {
    this.#options = options;
  }

  async prepare(): Promise<void> {
    this.#call = null;
    const backend = this.#backend ?? (await this.#choose());
    if (backend.isThere()) await backend.clear();
    else await backend.make();
  }

  async bringUp(tunnel: BringUp): Promise<void> {
    const call = callingAtOnce(deviceConfigurationOf(tunnel, this.#options.mark));
    this.#call = call;
    await this.#callNow(call);
  }

  async awaitHandshake(signal: AbortSignal): Promise<number | null> {
    const at = await this.#pollHandshake(signal);
    const call = this.#call;
    if (at === null || call === null) return null;
    this.#call = null;
    // Peers that nobody wanted kept alive fall silent again.
    await this.#device().setKeepalive(call.quiet, 0);
    return at;
  }

  async move(peers: readonly PeerAddress[]): Promise<void> {
    if (peers.length > 0) await this.#device().setEndpoints(peers);
  }

  async read(): Promise<readonly PeerReading[]> {
    const peers = await this.#device().read();
    // wireguard-go lists them in another order each time, which would look like news.
    return peers.toSorted((a, b) => (a.publicKey < b.publicKey ? -1 : 1));
  }

  async takeDown(): Promise<void> {
    this.#call = null;
    // Before the first `prepare` whatever bears the name is an earlier run's.
    if (this.#backend === null) await this.#options.removeLeftover();
    else if (this.#backend.isThere()) await this.#backend.clear();
  }

  onVanished(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async close(): Promise<void> {
    this.#call = null;
    await this.#backend?.remove();
  }

  async #choose(): Promise<DeviceBackend> {
    const backend = await this.#options.choose();
    backend.onGone(() => {
      for (const listener of this.#listeners) listener();
    });
    this.#backend = backend;
    return backend;
  }

  #device(): DeviceBackend {
    if (this.#backend === null)
      throw platformError('read_device_failed', { detail: 'there is no device yet' });
    return this.#backend;
  }

  async #callNow(call: Call): Promise<void> {
    const since = performance.now() - this.#calledAt;
    if (since < SHORTEST_TIME_BETWEEN_CALLS_MILLISECONDS)
      await sleep(SHORTEST_TIME_BETWEEN_CALLS_MILLISECONDS - since);
    if (this.#call !== call) return; // taken down meanwhile
    await this.#device().configure(call.configuration);
    this.#calledAt = performance.now();
  }

  async #pollHandshake(signal: AbortSignal): Promise<number | null> {
    const start = performance.now();
    const again = [...CALL_AGAIN_AFTER_MILLISECONDS];
    while (!signal.aborted && this.#call !== null) {
      const at = firstHandshake(await this.#device().read());
      if (at !== null) return at;
      const waited = performance.now() - start;
      if (waited > (again[0] ?? Infinity)) {
        again.shift();
        await this.#callNow(this.#call);
      }
      await sleep(pollSteps.find(({ untilMilliseconds }) => waited < untilMilliseconds)?.everyMilliseconds);
    }
    return null;
  }
}

/** Peers are made anew by each call, so any handshake is one since then. */
function firstHandshake(peers: readonly PeerReading[]): number | null {
  return peers.find((peer) => peer.latestHandshakeAt !== null)?.latestHandshakeAt ?? null;
}
