import { originsOf } from '#shared/contract/anchor-file.ts';
import type { FetchResult } from '#shared/contract/fetch-contract.ts';
import type { ClosedPolicy } from '../core/firewall-policy.ts';
import { firewallPolicyFor } from '../core/firewall-policy.ts';
import type { TunnelState } from '../core/tunnel-state.ts';
import { isTunnelGone } from '../core/tunnel-transition.ts';
import type { Clock } from '../port/clock.ts';
import type { PeerReading } from '../port/wireguard.ts';
import { EffectRunner, type RunnerPorts } from './effect-runner.ts';
import type { Grounds } from './grounds.ts';
import { describeCause, type Log } from './log.ts';
import { PeerWatcher } from './peer-watcher.ts';
import { problemOf } from './service-problem.ts';
import { StatusBoard } from './status-board.ts';
import { SurroundingsKeeper } from './surroundings-keeper.ts';
import { readStartingTarget } from './starting-target.ts';
import { activeRegistration, Tunnel } from './tunnel.ts';
import type { Warnings } from './warnings.ts';
import { isAsVerified, Watcher } from './watcher.ts';

/**
 * Another program's `nft flush ruleset` takes our table too, and nobody is told. Putting it up again takes
 * milliseconds, and no packet sees a difference where it stood.
 */
const FIREWALL_AGAIN_MILLISECONDS = 5_000;
const PREPARE_AGAIN_AFTER_MILLISECONDS = 1000;

export interface TunnelServiceOptions {
  readonly ports: RunnerPorts & { readonly clock: Clock };
  readonly grounds: Grounds;
  readonly warnings: Warnings;
  readonly log: Log;
  readonly tunnelInterface: string;
  readonly mark: number;
  readonly fetchUid: number | null;
  readonly timeUid: number | null;
}

/** The tunnel machine among its neighbours: effects, surroundings, registration watch and status. */
export class TunnelService {
  readonly #options: TunnelServiceOptions;
  readonly #surroundings: SurroundingsKeeper;
  readonly #runner: EffectRunner;
  readonly #watcher: Watcher;
  readonly #peerWatcher: PeerWatcher;
  #firewallTimer: NodeJS.Timeout | undefined;
  readonly tunnel: Tunnel;
  readonly board: StatusBoard;

  constructor(options: TunnelServiceOptions) {
    const { ports, grounds, warnings, log } = options;
    this.#options = options;
    this.#surroundings = new SurroundingsKeeper({
      ...options,
      origins: grounds.memory.current.origins,
      onChange: () => this.#surroundingsChanged(),
    });
    this.tunnel = new Tunnel({
      surroundings: this.#surroundings.current,
      start: (effect) => this.#runner.start(effect),
    });
    this.#runner = new EffectRunner({
      ports,
      log,
      fetcherAccess: () => this.#surroundings.current.fetcher,
      onCompletion: (event) => this.tunnel.dispatch(event),
      onTunnelGone: () => this.readResolvers(),
      onDevice: (problem) => warnings.set('device', problem),
    });
    const { keeper, clock } = grounds;
    this.#watcher = new Watcher({ tunnel: this.tunnel, keeper, clock, policy: () => grounds.policy, log });
    this.#peerWatcher = new PeerWatcher({ ...ports, tunnel: this.tunnel, log });
    this.board = new StatusBoard({
      tunnel: this.tunnel,
      wireguard: ports.wireguard,
      log,
      source: () => ({
        warnings: warnings.list(),
        listIssuedAt: (uri) => keeper.statusLists.get(uri)?.issuedAt ?? null,
      }),
      onReading: (peers) => this.#look(peers),
    });
    ports.wireguard.onVanished(() => this.#vanished());
    this.tunnel.onChange((state, before) => this.#changed(state, before));
  }

  /** The first event of this run: where somebody wants protection the firewall closes before anything else. */
  async start(): Promise<void> {
    const { target, cause } = await readStartingTarget(this.#options.ports.store);
    const event = { kind: 'started', target } as const;
    this.tunnel.dispatch(cause === null ? event : { ...event, cause });
    this.#firewallTimer = setInterval(() => void this.#standFirewall(), FIREWALL_AGAIN_MILLISECONDS).unref();
  }

  async #standFirewall(): Promise<void> {
    const { warnings, log } = this.#options;
    // Nobody tells of name servers that a network brought. Where they are the same nothing happens.
    this.readResolversWhenGone();
    try {
      await this.#runner.standFirewall(() =>
        firewallPolicyFor(this.tunnel.state, this.#surroundings.current),
      );
      warnings.set('firewall', null);
    } catch (cause) {
      log({ event: 'firewallNotStanding', ...describeCause(cause) });
      warnings.set('firewall', problemOf(cause));
    }
  }

  /** Something that judgements rest on is other than before. */
  groundsChanged(): void {
    this.#watcher.check();
    this.board.publish();
  }

  /** The system's own resolvers, as long as the tunnel's are not set in their place. */
  readResolvers(): void {
    this.#surroundings.useResolvers(this.#options.ports.dns.servers());
  }

  readResolversWhenGone(): void {
    if (isTunnelGone(this.tunnel.state)) this.readResolvers();
  }

  /**
   * Whom the fetcher asks while the firewall is closed: the system's own name servers of now, and by themselves,
   * because a resolver on this machine is not let out. Nobody where it is open: the system knows best.
   */
  async nameServers(): Promise<readonly string[]> {
    await this.letResolversBeAsked();
    const { current } = this.#surroundings;
    const { kind } = firewallPolicyFor(this.tunnel.state, current);
    return kind === 'closed' ? (current.fetcher?.resolvers ?? []) : [];
  }

  /** Resolves when the firewall lets the fetcher out to the name servers of now, which a network may just have brought. */
  async letResolversBeAsked(): Promise<void> {
    this.readResolversWhenGone();
    await this.#runner.firewallIdle();
  }

  /** Resolves when the firewall lets the fetcher out to these. */
  async useOrigins(origins: FetchResult<'resolveOrigins'>['origins']): Promise<void> {
    this.#surroundings.useOrigins(origins, this.#options.grounds.keeper.anchors.flatMap(originsOf));
    await this.#runner.firewallIdle();
  }

  /** The target stays; where it is protected the firewall stays closed, and nothing goes out for the tunnel. */
  async shutDown(): Promise<void> {
    clearInterval(this.#firewallTimer);
    this.tunnel.shutDown();
    this.#watcher.stop();
    this.board.stop();
    const policy = firewallPolicyFor(this.tunnel.state, this.#surroundings.current);
    if (policy.kind === 'closed') await this.#applyLast({ ...policy, endpoints: [] });
    try {
      await this.#runner.shutDown();
    } catch (cause) {
      this.#options.log({ event: 'tunnelNotTakenDown', ...describeCause(cause) });
    }
  }

  async #applyLast(policy: ClosedPolicy): Promise<void> {
    try {
      await this.#options.ports.firewall.apply(policy);
    } catch (cause) {
      // The policy before it stands, and it is closed too.
      this.#options.log({ event: 'effectFailed', effect: 'applyFirewall', ...describeCause(cause) });
    }
  }

  #surroundingsChanged(): void {
    const { current, origins } = this.#surroundings;
    void this.#options.grounds.memory.remember({ origins });
    this.tunnel.dispatch({ kind: 'surroundingsChanged', surroundings: current });
  }

  #changed(state: TunnelState, before: TunnelState): void {
    // After everybody has heard of this change: the answer may be another one.
    if (activeRegistration(state) !== activeRegistration(before)) queueMicrotask(() => this.#watcher.check());
    if (state.kind === before.kind) return;
    const cause = state.kind === 'blocked' ? { code: state.cause.code } : {};
    this.#options.log({ event: 'stateChanged', state: state.kind, ...cause });
  }

  #look(peers: readonly PeerReading[]): void {
    this.#compare(peers);
    this.#peerWatcher.look(peers);
  }

  #compare(peers: readonly PeerReading[]): void {
    const registration = activeRegistration(this.tunnel.state);
    if (registration === null || isAsVerified(registration, peers)) return;
    this.#options.log({ event: 'peersChangedByOthers' });
    this.tunnel.dispatch({ kind: 'interfaceVanished', at: this.#options.ports.clock.now() });
  }

  #vanished(): void {
    this.#options.log({ event: 'deviceVanished' });
    const isIdle = isTunnelGone(this.tunnel.state);
    this.tunnel.dispatch({ kind: 'interfaceVanished', at: this.#options.ports.clock.now() });
    // Otherwise the machine takes the tunnel down, and the device is made after that.
    if (!isIdle) return;
    setTimeout(() => void this.#runner.prepareAgain(), PREPARE_AGAIN_AFTER_MILLISECONDS).unref();
  }
}
