import { isDeepStrictEqual } from 'node:util';
import { readIpAddress } from '#shared/wireguard/ip-address.ts';
import { lookAtPeers, nothingSeen, type ExpectedPeer, type PeerWatch } from '../core/peer-watch.ts';
import type { ConnectRequest, TroubledPeer } from '../core/tunnel-state.ts';
import type { Clock } from '../port/clock.ts';
import type { Network } from '../port/network.ts';
import type { PeerReading } from '../port/wireguard.ts';
import type { Log } from './log.ts';
import type { Tunnel } from './tunnel.ts';

interface PeerWatcherOptions {
  readonly tunnel: Tunnel;
  readonly clock: Clock;
  readonly network: Network;
  readonly log: Log;
}

/** Looks at the counters of a connected tunnel and tells the tunnel machine of peers that are not well. */
export class PeerWatcher {
  readonly #options: PeerWatcherOptions;
  #watch: PeerWatch = nothingSeen;
  #troubled: readonly TroubledPeer[] = [];

  constructor(options: PeerWatcherOptions) {
    this.#options = options;
    options.tunnel.onChange((state, before) => {
      // Another connection, another history.
      if (state.kind !== 'connected' || before.kind !== 'connected') this.#forget();
    });
  }

  look(readings: readonly PeerReading[]): void {
    const { tunnel, clock, network, log } = this.#options;
    const { state } = tunnel;
    if (state.kind !== 'connected') return;
    const { watch, troubled, networkChanged } = lookAtPeers(this.#watch, {
      readings: readings.map(inOneSpelling),
      expected: expectedPeers(state.request),
      own: network.ownAddresses(),
      sinceBoot: clock.sinceBoot(),
      now: clock.now(),
    });
    this.#watch = watch;
    if (!isDeepStrictEqual(troubled, this.#troubled)) {
      this.#troubled = troubled;
      log({ event: 'troubledPeersChanged', ...countKinds(troubled) });
      tunnel.dispatch({ kind: 'troubledPeersChanged', troubled });
    }
    if (!networkChanged) return;
    log({ event: 'networkChanged' });
    tunnel.dispatch({ kind: 'networkChanged' });
  }

  #forget(): void {
    this.#watch = nothingSeen;
    this.#troubled = [];
  }
}

function expectedPeers({ registration, peers }: ConnectRequest): readonly ExpectedPeer[] {
  const configured = registration.configuration.peers;
  return peers.map((peer) => ({
    ...peer,
    keepaliveSeconds:
      configured.find(({ publicKey }) => publicKey === peer.publicKey)?.persistentKeepaliveSeconds ?? 0,
  }));
}

function inOneSpelling(reading: PeerReading): PeerReading {
  if (reading.endpoint === null) return reading;
  const { address, port } = reading.endpoint;
  return { ...reading, endpoint: { address: readIpAddress(address)?.text ?? address, port } };
}

function countKinds(troubled: readonly TroubledPeer[]): Readonly<Record<TroubledPeer['kind'], number>> {
  const count = (kind: TroubledPeer['kind']): number => troubled.filter((peer) => peer.kind === kind).length;
  return { silent: count('silent'), strayed: count('strayed'), unreachable: count('unreachable') };
}
