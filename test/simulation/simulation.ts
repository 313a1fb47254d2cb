import { step, initialState } from '#daemon/core/tunnel-machine.ts';
import type { TunnelEvent } from '#daemon/core/tunnel-event.ts';
import type { ConnectRequest, TroubledPeer, TunnelState } from '#daemon/core/tunnel-state.ts';
import { makeRequest, register, surroundings } from '#test/daemon/core/request.ts';
import type { Chance } from './chance.ts';
import { believe, contradictions, noBelief, told, type Belief } from './reference.ts';
import { promisesAt, promisesAtRest, promisesOf, type Promises, type Wish } from './promises.ts';
import {
  ask,
  carryOut,
  copyOf,
  crash,
  isIdle,
  newWorld,
  problem,
  things,
  type Thing,
  type World,
} from './world.ts';

const requests: readonly ConnectRequest[] = [
  makeRequest({ tunnel: 'office' }),
  makeRequest({ tunnel: 'office', dnsServers: [] }),
  makeRequest({ tunnel: 'lab', allowedIps: ['10.0.0.0/8'], dnsServers: ['10.0.0.53'] }),
  makeRequest({ tunnel: 'sites', allowedIps: ['10.1.0.0/16'], secondAllowedIps: ['10.2.0.0/16'] }),
  makeRequest({ tunnel: 'home', allowedIps: ['192.168.7.0/24', 'fd77::/64'], dnsServers: [] }),
];
const renewals = new Map(
  requests.map(({ registration }) => [registration.configuration, register(registration.configuration)]),
);

const noWish: Wish = { request: null, protectedBefore: false, refused: null, smooth: true };

export interface SimulationOptions {
  readonly chance: Chance;
  /** How often something fails. */
  readonly faults: number;
  /** Another machine, which the reference alone is to judge. */
  readonly step?: typeof step;
}

/** A daemon with a user in a world where things go wrong. Throws as soon as a promise is broken. */
export class Simulation {
  /** How often what was seen. */
  readonly seen = new Map<string, number>();
  readonly #chance: Chance;
  readonly #faults: number;
  #state: TunnelState = initialState(surroundings);
  #world: World = newWorld();
  #wish: Wish = noWish;
  #belief: Belief = noBelief;
  #stale: TunnelEvent[] = [];
  #trace: string[] = [];

  readonly #step: typeof step;
  readonly #hasPromises: boolean;

  constructor(options: SimulationOptions) {
    this.#chance = options.chance;
    this.#faults = options.faults;
    this.#step = options.step ?? step;
    this.#hasPromises = options.step === undefined;
    this.#hear({ kind: 'started', target: this.#world.disk });
  }

  get events(): number {
    return this.#seen('event');
  }

  /** One thing more happens. */
  go(): void {
    const { happens } = this.#chance;
    if (happens(0.06)) this.#wishSomething();
    else if (happens(0.03)) this.#meddle();
    else if (happens(this.#faults / 10)) this.#crash();
    else this.#progress(this.#faults);
  }

  /** From right here, in a world where nothing fails any more: whatever is wished comes true. */
  settle(wished: 'disconnect' | 'connect'): void {
    const kept = { state: this.#state, world: copyOf(this.#world), wish: this.#wish, belief: this.#belief };
    this.#note(`settle: ${wished}`);
    if (wished === 'disconnect') this.#disconnect();
    else this.#connect(this.#chance.pick(requests));
    this.#rest();
    const expected = wished === 'disconnect' ? 'disconnected' : 'connected';
    this.#require([[`${wished} always leads to ${expected}`, this.#state.kind === expected]]);
    this.#state = kept.state;
    this.#world = kept.world;
    this.#wish = kept.wish;
    this.#belief = kept.belief;
    this.#note('back from settling');
  }

  #rest(): void {
    for (let steps = 0; !isIdle(this.#world); steps++) {
      this.#require([['comes to rest', steps < 1000]]);
      if (this.#state.kind === 'connected' && this.#state.recovery?.troubled.length) this.#trouble([]);
      this.#progress(0);
    }
    this.#require(promisesAtRest(this.#state, this.#wish, this.#world));
  }

  #progress(faults: number): void {
    const { pick, happens } = this.#chance;
    const waiting = things.filter((thing) => this.#world.answers[thing].length > 0);
    const asked = things.filter((thing) => this.#world.asked[thing].length > 0);
    if (waiting.length > 0 && (asked.length === 0 || happens(0.5))) this.#deliver(pick(waiting));
    else if (asked.length > 0) this.#carryOut(pick(asked), happens(faults));
    else this.#atRest();
  }

  #atRest(): void {
    this.#require(promisesAtRest(this.#state, this.#wish, this.#world));
    this.#count(`rest ${this.#state.kind}`);
    const { happens } = this.#chance;
    if (this.#state.kind === 'connected' && happens(0.1)) this.#loseRegistration();
    else if (this.#state.kind === 'connected' && happens(0.5)) this.#troublePeers();
    else this.#wishSomething();
  }

  #carryOut(thing: Thing, fails: boolean): void {
    if (fails && thing !== 'timer') {
      this.#wish = { ...this.#wish, smooth: false };
      this.#count('fault');
      this.#count(`fault ${this.#world.asked[thing][0]?.kind}`);
    }
    this.#note(`${thing} ${fails ? 'fails' : 'works'}: ${this.#world.asked[thing][0]?.kind}`);
    carryOut(this.#world, thing, fails);
  }

  #deliver(thing: Thing): void {
    const event = this.#world.answers[thing].shift();
    if (event === undefined) return;
    // News of firewall and disk come in order from real adapters; those of the tunnel may come back late.
    if (thing !== 'firewall' && thing !== 'disk') this.#stale.push(event);
    this.#hear(event);
  }

  #wishSomething(): void {
    if (this.#chance.happens(0.4)) this.#disconnect();
    else this.#connect(this.#chance.pick(requests));
  }

  #connect(request: ConnectRequest): void {
    this.#wish = { request, protectedBefore: false, refused: null, smooth: true };
    this.#hear({ kind: 'connectRequested', request });
  }

  #disconnect(): void {
    this.#wish = noWish;
    this.#hear({ kind: 'disconnectRequested' });
  }

  /** What neither the user nor an effect brings about. */
  #meddle(): void {
    const { pick } = this.#chance;
    pick([
      () => this.#loseRegistration(),
      () => this.#renew(),
      () => this.#vanish(),
      () => this.#changeSurroundings(),
      () => this.#troublePeers(),
      () => this.#moveNames(),
      () => this.#hear({ kind: 'networkChanged' }),
      () => this.#comeLate(),
    ])();
  }

  #loseRegistration(): void {
    const request = this.#liveRequest();
    if (request === null) return;
    const { certificateText } = request.registration;
    const isHit = this.#chance.happens(0.5);
    if (isHit) this.#wish = { ...this.#wish, refused: 'registration_revoked' };
    const refusal = problem('registration_revoked');
    this.#hear({ kind: 'registrationLost', certificateText: isHit ? certificateText : 'replaced', refusal });
  }

  #renew(): void {
    const { kind } = this.#state;
    const request = this.#liveRequest();
    if (request === null || (kind !== 'connecting' && kind !== 'connected')) return;
    const registration = renewals.get(request.registration.configuration);
    if (registration === undefined) return;
    this.#wish = { ...this.#wish, request: { ...request, registration } };
    this.#hear({ kind: 'registrationReplaced', registration });
  }

  #vanish(): void {
    if (this.#world.tunnel === null) return;
    this.#wish = { ...this.#wish, smooth: false };
    this.#world.tunnel = null;
    this.#world.now += this.#chance.pick([1, 60]);
    this.#hear({ kind: 'interfaceVanished', at: this.#world.now });
  }

  #troublePeers(): void {
    if (this.#state.kind !== 'connected') return;
    const { pick, happens } = this.#chance;
    const { now, addresses } = this.#world;
    const troubled = this.#state.request.peers.flatMap(({ publicKey, port }): TroubledPeer[] => {
      if (happens(0.3)) return [];
      const to = { address: pick([...addresses, '192.0.2.66']), port: pick([port, port, 4500]) };
      return [
        pick<TroubledPeer>([
          { kind: 'silent', publicKey, since: now },
          { kind: 'strayed', publicKey, to },
          { kind: 'unreachable', publicKey, own: pick([['198.51.100.2'], ['2001:db8:1::2']]) },
        ]),
      ];
    });
    this.#trouble(troubled);
  }

  #trouble(troubled: readonly TroubledPeer[]): void {
    if (troubled.length > 0) this.#count('trouble');
    this.#hear({ kind: 'troubledPeersChanged', troubled });
  }

  #moveNames(): void {
    const { pick } = this.#chance;
    this.#world.addresses = pick([['203.0.113.2'], ['203.0.113.3', '203.0.113.2'], ['2001:db8::3'], []]);
    for (const address of this.#world.addresses) this.#world.addressesSoFar.add(address);
  }

  #changeSurroundings(): void {
    const address = this.#chance.pick(['198.18.0.90', '198.18.0.91', '2001:db8::90']);
    const fetcher = { uid: 981, origins: [{ address, port: 443 }], resolvers: [] };
    this.#hear({ kind: 'surroundingsChanged', surroundings: { ...surroundings, fetcher } });
  }

  #comeLate(): void {
    const { attempt, rounds } = this.#state;
    const stale = this.#stale.filter(
      (event) =>
        ('attempt' in event && event.attempt < attempt) || ('round' in event && event.round < rounds),
    );
    this.#stale = stale.slice(-20);
    if (stale.length === 0) return;
    const before = this.#state;
    this.#hear(this.#chance.pick(stale));
    this.#require([['what comes late moves nothing', this.#state === before]]);
  }

  #crash(): void {
    this.#note('crash');
    this.#count(`crash ${whereIs(this.#state)}`);
    crash(this.#world, this.#chance);
    this.#stale = [];
    this.#wish = { ...noWish, protectedBefore: this.#world.disk.kind === 'protected' };
    this.#state = initialState(surroundings);
    this.#hear({ kind: 'started', target: this.#world.disk });
  }

  #liveRequest(): ConnectRequest | null {
    const state = this.#state;
    if (state.kind === 'connecting' || state.kind === 'connected') return state.request;
    return state.kind === 'disconnecting' && state.then.kind === 'connecting' ? state.then.request : null;
  }

  #hear(event: TunnelEvent): void {
    this.#note(`event ${event.kind}${'attempt' in event ? ` ${event.attempt}` : ''}`);
    const { state, effects } = this.#step(this.#state, event);
    this.#countStep(event, state);
    this.#state = state;
    this.#note(`  ${state.kind} ${state.attempt}: ${effects.map(({ kind }) => kind).join(', ')}`);
    for (const effect of effects) {
      this.#require(promisesOf(effect, state, this.#wish, this.#world));
      if (effect.kind === 'movePeers') this.#count('move');
      ask(this.#world, [effect]);
    }
    this.#require(promisesAt(state, this.#wish, this.#world));
    this.#compare(event);
  }

  /** The reference hears the same, and nothing of how. */
  #compare(event: TunnelEvent): void {
    const belief = told(believe(this.#belief, event), this.#state, this.#world);
    this.#belief = belief;
    this.#judge(contradictions(belief, this.#state, this.#world).map((says) => [says, false] as const));
  }

  #countStep(event: TunnelEvent, state: TunnelState): void {
    this.#count('event');
    this.#count(`event ${event.kind}`);
    if (state.kind !== this.#state.kind) this.#count(state.kind);
    const [before, after] = [whereIs(this.#state), whereIs(state)];
    if (before !== after) this.#count(`${before} -> ${after}`);
    this.#count(`at ${after}`);
  }

  #require(promises: Promises): void {
    if (!this.#hasPromises) return;
    this.#judge(promises);
  }

  #judge(promises: Promises): void {
    const broken = promises.filter(([, kept]) => !kept).map(([says]) => says);
    if (broken.length === 0) return;
    throw new Error(`broken: ${broken.join('; ')}\n${this.#trace.slice(-60).join('\n')}`);
  }

  #note(line: string): void {
    this.#trace.push(line);
    if (this.#trace.length > 2000) this.#trace.splice(0, 1000);
  }

  #count(name: string): void {
    this.seen.set(name, this.#seen(name) + 1);
  }

  #seen(name: string): number {
    return this.seen.get(name) ?? 0;
  }
}

/** A state with its stage, for the count of what was reached. */
function whereIs(state: TunnelState): string {
  switch (state.kind) {
    case 'connecting':
      return `connecting(${state.stage.kind})`;
    case 'disconnecting':
      return `disconnecting(${state.stage}, then ${state.then.kind})`;
    case 'connected':
      return state.recovery === null ? 'connected' : `connected(${state.recovery.stage.kind})`;
    case 'disconnected':
    case 'blocked':
      return state.kind;
  }
}
