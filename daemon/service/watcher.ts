import type { Policy } from '#shared/registration/policy.ts';
import type { VerifiedRegistration } from '#shared/registration/verify-registration.ts';
import { formatIpNetwork, type IpNetwork } from '#shared/wireguard/ip-network.ts';
import { watchRegistration } from '../core/registration-watch.ts';
import type { PeerReading } from '../port/wireguard.ts';
import type { FloorClock } from './floor-clock.ts';
import type { Keeper } from './keeper.ts';
import type { Log } from './log.ts';
import { activeRegistration, type Tunnel } from './tunnel.ts';

interface WatcherOptions {
  readonly tunnel: Tunnel;
  readonly keeper: Keeper;
  readonly clock: FloorClock;
  readonly policy: () => Policy;
  readonly log: Log;
}

/** Asks whether the registration behind the tunnel still stands: in time, and whenever something is new. */
export class Watcher {
  readonly #options: WatcherOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WatcherOptions) {
    this.#options = options;
  }

  check(): void {
    clearTimeout(this.#timer);
    const { tunnel, keeper, clock, policy, log } = this.#options;
    const registration = activeRegistration(tunnel.state);
    if (registration === null) return;
    const { keySets, statusLists } = keeper;
    const grounds = { keySets, statusLists, policy: policy(), clock: clock.read() };
    const watching = watchRegistration({ registration, ...grounds });
    if (watching.kind === 'lost') {
      const { refusal } = watching;
      log({ event: 'registrationLost', code: refusal.code });
      tunnel.dispatch({
        kind: 'registrationLost',
        certificateText: registration.certificateText,
        refusal,
      });
      return;
    }
    this.#timer = setTimeout(() => this.check(), watching.lookAgainInSeconds * 1000).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** Whether the device still has the peers that were verified, and for the same networks. */
export function isAsVerified(registration: VerifiedRegistration, peers: readonly PeerReading[]): boolean {
  const configured = registration.configuration.peers;
  // A network that two peers claim belongs to the later one: so WireGuard's cryptokey routing has it.
  const claimant = new Map(
    configured.flatMap((peer) => peer.allowedIps.map((network) => [formatIpNetwork(network), peer] as const)),
  );
  const expected = configured.map((peer) =>
    describe(
      peer.publicKey,
      peer.allowedIps.filter((network) => claimant.get(formatIpNetwork(network)) === peer),
    ),
  );
  const found = peers.map((peer) => describe(peer.publicKey, peer.allowedIps));
  return expected.toSorted().join('\n') === found.toSorted().join('\n');
}

function describe(publicKey: string, allowedIps: readonly IpNetwork[]): string {
  return [publicKey, ...allowedIps.map(formatIpNetwork).sort()].join(' ');
}
