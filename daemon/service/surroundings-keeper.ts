import type { Origin } from '#shared/contract/anchor-file.ts';
import type { FetchResult } from '#shared/contract/fetch-contract.ts';
import { isSingleMachine, readIpAddress } from '#shared/wireguard/ip-address.ts';
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
  /** By origin. */
  #known: ReadonlyMap<string, readonly SocketAddress[]> = new Map();
  /** Of an earlier run, until every origin has been found in this one. */
  #remembered: readonly SocketAddress[];
  /** None at first: what resolv.conf says may still be the tunnel's of an earlier run. */
  #resolvers: readonly string[] = [];

  constructor(options: SurroundingsOptions) {
    this.#options = options;
    this.#remembered = options.origins;
  }

  get current(): Surroundings {
    const { tunnelInterface, mark, fetchUid, timeUid } = this.#options;
    const fetcher =
      fetchUid === null ? null : { uid: fetchUid, origins: this.origins, resolvers: this.#resolvers };
    return { tunnelInterface, mark, fetcher, timeUid };
  }

  get origins(): readonly SocketAddress[] {
    return unique([...[...this.#known.values()].flat(), ...this.#remembered]);
  }

  /**
   * Where the fetcher found the anchored origins. Nobody trusts it: what it may reach is named by the anchors, port
   * included, and a literal address is its own answer. An origin that did not resolve now keeps its addresses.
   */
  useOrigins(resolved: ResolvedOrigins, anchored: readonly Origin[]): void {
    const found = anchored.map((origin) => [origin.text, addressesOf(origin, resolved)] as const);
    this.#change(() => {
      const known = found.map(([text, addresses]) =>
        addresses.length > 0 ? ([text, addresses] as const) : ([text, this.#known.get(text) ?? []] as const),
      );
      this.#known = new Map(known);
      if (known.every(([, addresses]) => addresses.length > 0)) this.#remembered = [];
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

/** In the one spelling that the firewall takes; what is no machine's address is left out. */
function addressesOf(origin: Origin, resolved: ResolvedOrigins): readonly SocketAddress[] {
  const isLiteral = readIpAddress(origin.host) !== undefined;
  const row = resolved.find((one) => one.origin === origin.text);
  const texts = isLiteral ? [origin.host] : (row?.addresses ?? []);
  return texts.flatMap((text) => {
    const address = readIpAddress(text);
    const isMachine = address !== undefined && isSingleMachine(address);
    return isMachine ? [{ address: address.text, port: origin.port }] : [];
  });
}

function unique(addresses: readonly SocketAddress[]): readonly SocketAddress[] {
  return [...new Map(addresses.map((one) => [`${one.address} ${one.port}`, one])).values()];
}
