import { originsOf, type Origin } from '#shared/contract/anchor-file.ts';
import type { FetchResult } from '#shared/contract/fetch-contract.ts';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { fetchError } from '../problems.ts';
import type { ResolveName } from './resolve-name.ts';

/** An origin that may be connected to, and who speaks for it. */
export interface AnchoredOrigin extends Origin {
  /** Gateways take requests through the relay; status origins only serve files. */
  readonly role: 'gateway' | 'status';
  /** PEM: the only authority accepted there. undefined: the system's. */
  readonly tlsCa: string | undefined;
}

type ResolvedOrigin = FetchResult<'resolveOrigins'>['origins'][number];

interface AnchoredOriginsOptions {
  readonly readAnchors: () => Promise<readonly Anchor[]>;
  readonly resolveName: ResolveName;
}

/** Whom the fetcher may talk to, and at which addresses: read from the anchors anew at each question. */
export class AnchoredOrigins {
  readonly #options: AnchoredOriginsOptions;
  #pinned: ReadonlyMap<string, readonly string[]> = new Map();

  constructor(options: AnchoredOriginsOptions) {
    this.#options = options;
  }

  /** Refuses whatever no anchor names. A gateway's row wins over a status row of the same origin. */
  async find(text: string): Promise<AnchoredOrigin> {
    const rows = (await this.#all()).filter((row) => row.text === text);
    const found = rows.find(({ role }) => role === 'gateway') ?? rows[0];
    if (found === undefined) throw fetchError('origin_not_anchored');
    return found;
  }

  /**
   * Where to connect. Only what the last `resolveAll` found, because the firewall was opened for just these;
   * the resolver is asked where nothing was found yet.
   */
  async addressesOf(origin: Origin): Promise<readonly string[]> {
    const pinned = this.#pinned.get(origin.text) ?? [];
    return pinned.length > 0 ? pinned : await this.#options.resolveName(origin.host);
  }

  /** Resolves every origin anew and keeps to the answer until the next call. */
  async resolveAll(): Promise<readonly ResolvedOrigin[]> {
    const unique = new Map((await this.#all()).map((origin) => [origin.text, origin]));
    const resolved = await Promise.all([...unique.values()].map((origin) => this.#resolve(origin)));
    this.#pinned = new Map(resolved.map(({ origin, addresses }) => [origin, addresses]));
    return resolved;
  }

  async #resolve(origin: AnchoredOrigin): Promise<ResolvedOrigin> {
    const row = { origin: origin.text, port: origin.port };
    try {
      return { ...row, addresses: [...(await this.#options.resolveName(origin.host))], problem: null };
    } catch (cause) {
      if (!(cause instanceof SanadError)) throw cause;
      // A resolver that is down for a moment does not move a gateway: the addresses known so far stay.
      return { ...row, addresses: [...(this.#pinned.get(origin.text) ?? [])], problem: cause.problem };
    }
  }

  async #all(): Promise<readonly AnchoredOrigin[]> {
    return (await this.#options.readAnchors()).flatMap(rowsOf);
  }
}

function rowsOf(anchor: Anchor): readonly AnchoredOrigin[] {
  const tlsCa = anchor.tls_ca;
  const [gateway, ...status] = originsOf(anchor);
  return [
    { ...gateway, role: 'gateway', tlsCa },
    ...status.map((origin) => ({ ...origin, role: 'status' as const, tlsCa })),
  ];
}
