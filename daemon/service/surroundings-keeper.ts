import type { FetchResult } from '#shared/contract/fetch-contract.ts';
import { readIpAddress } from '#shared/wireguard/ip-address.ts';
import type { SocketAddress, Surroundings } from '../core/surroundings.ts';

interface SurroundingsOptions {
  readonly tunnelInterface: string;
  readonly mark: number;
  readonly fetchUid: number | null;
  readonly timeUid: number | null;
  /** As kept from an earlier run. */
  readonly origins: readonly SocketAddress[];
  readonly onChange: (surroundings: Surroundings) => void;
}

type ResolvedOrigins = FetchResult<'resolveOrigins'>['origins'];

/** What the firewall has to know of this machine, and news of it. */
export class SurroundingsKeeper {
  readonly #options: SurroundingsOptions;
  #origins: readonly SocketAddress[];
  /** None at first: what resolv.conf says may still be the tunnel's of an earlier run. */
  #resolvers: readonly string[] = [];

  constructor(options: SurroundingsOptions) {
    this.#options = options;
    this.#origins = options.origins;
  }

  get current(): Surroundings {
    const { tunnelInterface, mark, fetchUid, timeUid } = this.#options;
    const fetcher =
      fetchUid === null ? null : { uid: fetchUid, origins: this.#origins, resolvers: this.#resolvers };
    return { tunnelInterface, mark, fetcher, timeUid };
  }

  get origins(): readonly SocketAddress[] {
    return this.#origins;
  }

  /** Where the fetcher found the anchored origins. A name that did not resolve now keeps all that was known. */
  useOrigins(resolved: ResolvedOrigins): void {
    const found = resolved.flatMap(({ addresses, port }) =>
      addresses.flatMap((text) => toAddress(text, port)),
    );
    const isPartial = resolved.some(({ addresses, problem }) => problem !== null && addresses.length === 0);
    this.#change(() => {
      this.#origins = unique(isPartial ? [...found, ...this.#origins] : found);
    });
  }

  useResolvers(resolvers: readonly string[]): void {
    this.#change(() => {
      this.#resolvers = resolvers;
    });
  }

  #change(act: () => void): void {
    const before = JSON.stringify(this.current);
    act();
    if (JSON.stringify(this.current) !== before) this.#options.onChange(this.current);
  }
}

/** In the one spelling that the firewall takes; what is no address is left out. */
function toAddress(text: string, port: number): readonly SocketAddress[] {
  const address = readIpAddress(text);
  return address === undefined ? [] : [{ address: address.text, port }];
}

function unique(addresses: readonly SocketAddress[]): readonly SocketAddress[] {
  return [...new Map(addresses.map((one) => [`${one.address} ${one.port}`, one])).values()];
}
