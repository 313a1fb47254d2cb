import type { Dns } from '../port/dns.ts';
import type { NamesOutside, Network, NetworkState } from '../port/network.ts';
import type { BringUp, WireGuard } from '../port/wireguard.ts';

/** wg-quick(8) subtracts 80 from an Ethernet frame; an idle device has it already. */
const DEFAULT_MTU = 1420;

export interface TunnelPorts {
  readonly wireguard: WireGuard;
  readonly network: Network;
  readonly dns: Dns;
}

/** Device, addresses, routes and name servers as the one thing that "the tunnel" is. */
export class TunnelDevice {
  readonly #ports: TunnelPorts;
  #isPrepared = false;

  constructor(ports: TunnelPorts) {
    this.#ports = ports;
    ports.wireguard.onVanished(() => (this.#isPrepared = false));
  }

  /** Makes the device where there is none: ahead, so that bringing the tunnel up starts nothing. */
  async prepare(): Promise<void> {
    if (this.#isPrepared) return;
    await this.#ports.wireguard.prepare();
    await this.#ports.network.prepare();
    this.#isPrepared = true;
  }

  /** Independent of one another, so side by side: the handshake does not wait for routes. */
  async bringUp({ registration, peers }: BringUp, namesOutside: NamesOutside | null): Promise<void> {
    await this.prepare();
    const { wireguard, network } = this.#ports;
    await allSettled([
      wireguard.bringUp({ registration, peers }),
      network.set(networkStateOf(registration.configuration, namesOutside)),
    ]);
  }

  async takeDown(): Promise<void> {
    const { wireguard, network, dns } = this.#ports;
    await allSettled([dns.reset(), network.clear(), wireguard.takeDown()]);
  }
}

function networkStateOf(
  configuration: BringUp['registration']['configuration'],
  namesOutside: NamesOutside | null,
): NetworkState {
  const { addresses, mtu = DEFAULT_MTU, peers } = configuration;
  return { addresses, mtu, routes: peers.flatMap((peer) => peer.allowedIps), namesOutside };
}

/** All of them to their end, then the first failure: nothing goes on behind the back of whoever asked. */
async function allSettled(works: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
