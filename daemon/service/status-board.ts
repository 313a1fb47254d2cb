import type { TunnelStatus } from '#shared/tunnel/tunnel-status.ts';
import type { PeerReading, WireGuard } from '../port/wireguard.ts';
import { describeCause, type Log } from './log.ts';
import { viewStatus, type StatusSource, type Viewer } from './status-view.ts';
import type { Tunnel } from './tunnel.ts';

/** How often counters are looked at while a tunnel is up. */
const READ_EVERY_MILLISECONDS = 2000;

interface StatusBoardOptions {
  readonly tunnel: Tunnel;
  readonly wireguard: WireGuard;
  readonly log: Log;
  readonly source: () => Pick<StatusSource, 'warnings' | 'listIssuedAt'>;
  /** Every reading while connected. */
  readonly onReading: (peers: readonly PeerReading[]) => void;
}

interface Subscriber extends Viewer {
  readonly show: (status: TunnelStatus) => void;
}

/** Shows the status to whoever is connected: at once at every change, and with new counters every two seconds. */
export class StatusBoard {
  readonly #options: StatusBoardOptions;
  readonly #subscribers = new Set<Subscriber>();
  #peers: readonly PeerReading[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StatusBoardOptions) {
    this.#options = options;
    options.tunnel.onChange((state, before) => {
      if (state.kind === 'connected' && before.kind !== 'connected') void this.#arrive();
      else this.publish();
      if (state.kind !== 'connected') this.#stopReading();
    });
  }

  /** The snapshot comes before anything else; the returned function ends it. */
  async subscribe(subscriber: Subscriber): Promise<() => void> {
    if (this.#options.tunnel.state.kind === 'connected') await this.#read();
    subscriber.show(this.#view(subscriber));
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  publish(): void {
    for (const subscriber of this.#subscribers) subscriber.show(this.#view(subscriber));
  }

  stop(): void {
    this.#stopReading();
  }

  /** The first word of being connected has handshake and counters in it already. */
  async #arrive(): Promise<void> {
    await this.#read();
    this.publish();
    this.#stopReading();
    if (this.#options.tunnel.state.kind !== 'connected') return;
    this.#timer = setInterval(() => void this.#tick(), READ_EVERY_MILLISECONDS).unref();
  }

  async #tick(): Promise<void> {
    if (await this.#read()) this.publish();
  }

  /** True when something is other than before. */
  async #read(): Promise<boolean> {
    const { tunnel, wireguard, log, onReading } = this.#options;
    try {
      const peers = await wireguard.read();
      if (tunnel.state.kind !== 'connected') return false;
      const isNew = JSON.stringify(peers) !== JSON.stringify(this.#peers);
      this.#peers = peers;
      onReading(peers);
      return isNew;
    } catch (cause) {
      // A device that is gone is told by `onVanished`.
      log({ event: 'deviceNotRead', ...describeCause(cause) });
      return false;
    }
  }

  #stopReading(): void {
    clearInterval(this.#timer);
    if (this.#options.tunnel.state.kind !== 'connected') this.#peers = [];
  }

  #view(viewer: Viewer): TunnelStatus {
    const { tunnel, source } = this.#options;
    return viewStatus({ state: tunnel.state, peers: this.#peers, ...source() }, viewer);
  }
}
