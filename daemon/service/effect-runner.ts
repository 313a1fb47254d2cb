import type { Problem } from '#shared/contract/problem.ts';
import { assertNever } from '../core/assert-never.ts';
import type { FirewallPolicy } from '../core/firewall-policy.ts';
import type { FetcherAccess } from '../core/surroundings.ts';
import type { TunnelEffect } from '../core/tunnel-effect.ts';
import type { CompletionEvent, RoundCompletionEvent } from '../core/tunnel-event.ts';
import { Lane } from '../lane.ts';
import type { Fetcher } from '../port/fetcher.ts';
import type { Firewall } from '../port/firewall.ts';
import type { NamesOutside } from '../port/network.ts';
import type { Random } from '../port/random.ts';
import type { StateStore } from '../port/state-store.ts';
import { describeCause, type Log } from './log.ts';
import { findPeers } from './resolve-peers.ts';
import { problemOf, serviceProblem } from './service-problem.ts';
import { TunnelDevice, type TunnelPorts } from './tunnel-device.ts';

export interface RunnerPorts extends TunnelPorts {
  readonly firewall: Firewall;
  readonly store: StateStore;
  readonly fetcher: Fetcher;
  readonly random: Random;
}

interface RunnerOptions {
  readonly ports: RunnerPorts;
  readonly log: Log;
  /** How sanad-fetch gets out now. */
  readonly fetcherAccess: () => FetcherAccess | null;
  readonly onCompletion: (event: CompletionEvent | RoundCompletionEvent) => void;
  /** The tunnel's name servers are gone, so the system's own can be read. */
  readonly onTunnelGone: () => void;
  /** The device could not be made ahead (it is tried again when it is needed), or could. */
  readonly onDevice: (problem: Problem | null) => void;
}

type RoundEffect = Extract<TunnelEffect, { readonly round: number }>;
type AttemptEffect = Exclude<TunnelEffect, RoundEffect>;

/** A completion without its number, which is the effect's. */
type Outcome = Unnumbered<CompletionEvent, 'attempt'>;
type RoundOutcome = Unnumbered<RoundCompletionEvent, 'round'>;
type Unnumbered<Event, Number extends string> = Event extends unknown ? Omit<Event, Number> : never;

/**
 * Carries out what the tunnel machine decides, through the ports, and reports each end. Firewall, disk and tunnel
 * each go in order; they do not wait for one another.
 */
export class EffectRunner {
  readonly #options: RunnerOptions;
  readonly #device: TunnelDevice;
  readonly #lanes = { firewall: new Lane(), disk: new Lane(), tunnel: new Lane() };
  #handshake = new AbortController();

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#device = new TunnelDevice(options.ports);
  }

  start(effect: TunnelEffect): void {
    const { onCompletion } = this.#options;
    if ('round' in effect) {
      const { round } = effect;
      void this.#runRound(effect).then((outcome) => onCompletion({ ...outcome, round }));
      return;
    }
    if (effect.kind === 'takeTunnelDown') this.#handshake.abort();
    const { attempt } = effect;
    void this.#run(effect).then((outcome) => onCompletion({ ...outcome, attempt }));
  }

  /** Until the firewall stands as last decided. */
  async firewallIdle(): Promise<void> {
    await this.#lanes.firewall.idle();
  }

  /** Puts a closed firewall up again as it is decided now, in its turn. Rejects where the system refuses. */
  async standFirewall(policy: () => FirewallPolicy): Promise<void> {
    await this.#lanes.firewall.run(async () => {
      const wanted = policy();
      if (wanted.kind === 'closed') await this.#options.ports.firewall.apply(wanted);
    });
  }

  /** The idle device went: another takes its place. */
  async prepareAgain(): Promise<void> {
    await this.#lanes.tunnel.run(() => this.#prepareAhead());
  }

  /** The last act of this run: whatever is under way ends, the tunnel goes. */
  async shutDown(): Promise<void> {
    this.#handshake.abort();
    await Promise.all([this.#lanes.firewall.idle(), this.#lanes.disk.idle()]);
    await this.#lanes.tunnel.run(() => this.#device.takeDown());
  }

  async #run(effect: AttemptEffect): Promise<Outcome> {
    try {
      return await this.#carryOut(effect);
    } catch (cause) {
      this.#options.log({ event: 'effectFailed', effect: effect.kind, ...describeCause(cause) });
      return failure(effect, problemOf(cause));
    }
  }

  async #carryOut(effect: AttemptEffect): Promise<Outcome> {
    const { firewall, store, dns } = this.#options.ports;
    const { firewall: firewallLane, disk, tunnel } = this.#lanes;
    switch (effect.kind) {
      case 'applyFirewall':
        await firewallLane.run(() => firewall.apply(effect.policy));
        return { kind: 'firewallApplied', policy: effect.policy.kind };
      case 'storeTarget':
        await disk.run(() => store.writeTarget(effect.target));
        return { kind: 'targetStored' };
      case 'bringTunnelUp':
        await tunnel.run(() => this.#device.bringUp(effect, this.#namesOutside()));
        return { kind: 'tunnelBroughtUp' };
      case 'setDns':
        await tunnel.run(() => dns.set(effect.dns));
        return { kind: 'dnsSet' };
      case 'awaitHandshake':
        return await this.#awaitHandshake(effect.timeoutSeconds);
      case 'takeTunnelDown':
        await tunnel.run(() => this.#takeDown());
        return { kind: 'tunnelTakenDown' };
      case 'wakeAfter':
        await afterSeconds(effect.seconds);
        return { kind: 'woke' };
      default:
        return assertNever(effect);
    }
  }

  /** Past the tunnel whose peer does not answer: its own name servers would not either. */
  #findPeers(peers: Parameters<typeof findPeers>[0]): ReturnType<typeof findPeers> {
    const { log, ports, fetcherAccess } = this.#options;
    const nameServers = fetcherAccess()?.resolvers ?? [];
    return findPeers(peers, { fetcher: ports.fetcher, nameServers, log });
  }

  #namesOutside(): NamesOutside | null {
    const access = this.#options.fetcherAccess();
    return access === null ? null : { uid: access.uid, servers: access.resolvers };
  }

  /** Only moving can fail: a name without an address is an answer. */
  async #runRound(effect: RoundEffect): Promise<RoundOutcome> {
    const { log, ports } = this.#options;
    const { wireguard, random } = ports;
    const fraction = random.fraction();
    switch (effect.kind) {
      case 'resolvePeers':
        return { kind: 'peersResolved', found: await this.#findPeers(effect.peers), fraction };
      case 'movePeers':
        try {
          await this.#lanes.tunnel.run(() => wireguard.move(effect.peers));
          return { kind: 'peersMoved', fraction };
        } catch (cause) {
          log({ event: 'effectFailed', effect: effect.kind, ...describeCause(cause) });
          return { kind: 'peersNotMoved', problem: problemOf(cause), fraction };
        }
      case 'waitForRound':
        await afterSeconds(effect.seconds);
        return { kind: 'roundDue' };
      default:
        return assertNever(effect);
    }
  }

  /** Beside the tunnel's lane: taking the tunnel down ends the wait instead of waiting for it. */
  async #awaitHandshake(timeoutSeconds: number): Promise<Outcome> {
    this.#handshake = new AbortController();
    const signal = AbortSignal.any([this.#handshake.signal, AbortSignal.timeout(timeoutSeconds * 1000)]);
    const at = await this.#options.ports.wireguard.awaitHandshake(signal);
    return at === null ? { kind: 'handshakeTimedOut' } : { kind: 'handshakeCompleted', at };
  }

  async #takeDown(): Promise<void> {
    await this.#device.takeDown();
    this.#options.onTunnelGone();
    // Next in the lane, and not waited for: the tunnel is gone either way.
    void this.#lanes.tunnel.run(() => this.#prepareAhead());
  }

  async #prepareAhead(): Promise<void> {
    try {
      await this.#device.prepare();
      this.#options.onDevice(null);
    } catch (cause) {
      this.#options.log({ event: 'deviceNotPrepared', ...describeCause(cause) });
      this.#options.onDevice(problemOf(cause));
    }
  }
}

/** How each effect says that it did not work. */
function failure(effect: AttemptEffect, problem: Problem): Outcome {
  switch (effect.kind) {
    case 'applyFirewall':
      return { kind: 'firewallFailed', problem };
    case 'storeTarget':
      return { kind: 'targetStoreFailed', problem };
    case 'bringTunnelUp':
      return { kind: 'tunnelFailed', problem };
    case 'setDns':
      return { kind: 'dnsFailed', problem };
    case 'awaitHandshake':
      return { kind: 'tunnelFailed', problem };
    case 'takeTunnelDown':
      return { kind: 'tunnelTakeDownFailed', problem };
    case 'wakeAfter':
      return { kind: 'tunnelFailed', problem: serviceProblem('internal_error') };
    default:
      return assertNever(effect);
  }
}

function afterSeconds(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000).unref());
}
