import type { DaemonResult } from '#shared/contract/daemon-contract.ts';
import { MAX_FETCHED_BYTES, type FetchResult } from '#shared/contract/fetch-contract.ts';
import { gatewayRoutes, type Anchor } from '#shared/contract/gateway-contract.ts';
import type { Problem } from '#shared/contract/problem.ts';
import { MAX_KEY_SET_BYTES } from '#shared/registration/key-set.ts';
import { refreshDelaySeconds } from '../core/registration-watch.ts';
import type { Fetcher } from '../port/fetcher.ts';
import type { Random } from '../port/random.ts';
import type { Keeper } from './keeper.ts';
import { describeCause, type Log } from './log.ts';
import { problemOf } from './service-problem.ts';

type Fetched = DaemonResult<'refresh'>['fetched'][number];

const DEFAULT_TTL_SECONDS = 900;
/** After a start: soon, because the lists on disk may be days old, and not in step with other machines. */
const FIRST_REFRESH_WITHIN_SECONDS = 20;
const RESOLVE_EVERY_SECONDS = 300;

interface RefresherOptions {
  readonly fetcher: Fetcher;
  readonly keeper: Keeper;
  readonly random: Random;
  readonly log: Log;
  /** Resolves when the firewall lets the fetcher out to the name servers of now. */
  readonly onBeforeResolve: () => Promise<void>;
  /** Resolves when the firewall lets the fetcher out to these. */
  readonly onOrigins: (origins: FetchResult<'resolveOrigins'>['origins']) => Promise<void>;
  readonly onFetcher: (problem: Problem | null) => void;
}

/** Keeps key sets, status lists and the origins' addresses fresh, and refreshes them on request. */
export class Refresher {
  readonly #options: RefresherOptions;
  #running: Promise<readonly Fetched[]> | null = null;
  #next: Promise<readonly Fetched[]> | null = null;
  #failures = 0;
  #refreshTimer: NodeJS.Timeout | undefined;
  #resolveTimer: NodeJS.Timeout | undefined;

  constructor(options: RefresherOptions) {
    this.#options = options;
  }

  start(): void {
    this.#scheduleRefresh(1 + this.#options.random.fraction() * FIRST_REFRESH_WITHIN_SECONDS);
    this.#scheduleResolve();
  }

  stop(): void {
    clearTimeout(this.#refreshTimer);
    clearTimeout(this.#resolveTimer);
  }

  /**
   * Everything of all anchors, now. Whoever asks while it is under way waits for the next one, all of them for the
   * same: the one that began before they asked may have read a list from before a revocation, or have failed in a
   * network that has changed since.
   */
  async refresh(): Promise<readonly Fetched[]> {
    if (this.#next !== null) return await this.#next;
    if (this.#running === null) return await this.#begin();
    const begin = (): Promise<readonly Fetched[]> => this.#begin();
    // Who waits for the running one hears of its failure.
    this.#next = this.#running.then(begin, begin);
    return await this.#next;
  }

  #begin(): Promise<readonly Fetched[]> {
    this.#next = null;
    this.#running = this.#refreshNow().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #refreshNow(): Promise<readonly Fetched[]> {
    const { anchors } = this.#options.keeper;
    await (anchors.length > 0 ? this.#resolveOrigins() : this.#options.onOrigins([]));
    const fetched = (await Promise.all(anchors.map((anchor) => this.#refreshAnchor(anchor)))).flat();
    const failed = fetched.filter(({ problem }) => problem !== null);
    this.#failures = failed.length === 0 ? 0 : this.#failures + 1;
    for (const { problem } of failed) this.#options.log({ event: 'fetchFailed', code: problem?.code ?? '' });
    this.#scheduleNext();
    return fetched;
  }

  /** A failure stops nothing: the addresses known so far may do. */
  async #resolveOrigins(): Promise<void> {
    const { fetcher, onBeforeResolve, onOrigins, onFetcher } = this.#options;
    try {
      await onBeforeResolve();
      const origins = await fetcher.resolveOrigins();
      onFetcher(null);
      await onOrigins(origins);
    } catch (cause) {
      onFetcher(problemOf(cause));
      this.#options.log({ event: 'originsNotResolved', ...describeCause(cause) });
    }
  }

  /** Both at once over the wire; the key set is taken first, because the list may be signed with a new key. */
  async #refreshAnchor(anchor: Anchor): Promise<readonly Fetched[]> {
    const { keeper, fetcher } = this.#options;
    const keySetUri = anchor.origin + gatewayRoutes.keySet.path;
    const lists = this.#listUris(anchor).map((uri) => ({ uri, body: fetcher.get(uri, MAX_FETCHED_BYTES) }));
    // Handled when its turn comes.
    for (const { body } of lists) body.catch(() => undefined);
    const keySet = await fetchedFrom(keySetUri, async () =>
      keeper.takeKeySet(await fetcher.get(keySetUri, MAX_KEY_SET_BYTES)),
    );
    const taken = lists.map(({ uri, body }) =>
      fetchedFrom(uri, async () => keeper.takeStatusList(await body, uri)),
    );
    return [keySet, ...(await Promise.all(taken))];
  }

  /** Those that certificates of this machine have named; the gateway's first one where there is none yet. */
  #listUris(anchor: Anchor): readonly string[] {
    const known = [...this.#options.keeper.statusLists.values()].filter(
      ({ issuer }) => issuer === anchor.origin,
    );
    if (known.length === 0) return [anchor.origin + gatewayRoutes.statusList.path];
    return known.map(({ uri }) => uri);
  }

  #scheduleNext(): void {
    const seconds = refreshDelaySeconds({
      statusLists: this.#options.keeper.statusLists.values(),
      defaultTtlSeconds: DEFAULT_TTL_SECONDS,
      failures: this.#failures,
      fraction: this.#options.random.fraction(),
    });
    this.#scheduleRefresh(seconds);
  }

  #scheduleRefresh(seconds: number): void {
    clearTimeout(this.#refreshTimer);
    this.#refreshTimer = setTimeout(() => void this.refresh(), seconds * 1000).unref();
  }

  #scheduleResolve(): void {
    this.#resolveTimer = setTimeout(() => {
      if (this.#options.keeper.anchors.length > 0) void this.#resolveOrigins();
      this.#scheduleResolve();
    }, RESOLVE_EVERY_SECONDS * 1000).unref();
  }
}

async function fetchedFrom(
  uri: string,
  take: () => Promise<{ readonly issuedAt: number }>,
): Promise<Fetched> {
  try {
    return { uri, problem: null, issuedAt: (await take()).issuedAt };
  } catch (cause) {
    return { uri, problem: problemOf(cause), issuedAt: null };
  }
}
