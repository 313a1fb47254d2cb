import type { FirewallPolicy } from '#daemon/core/firewall-policy.ts';
import type { TunnelEffect } from '#daemon/core/tunnel-effect.ts';
import type { TunnelEvent } from '#daemon/core/tunnel-event.ts';
import type { PeerAddress, Target } from '#daemon/core/tunnel-state.ts';
import type { Problem } from '#shared/contract/problem.ts';
import type { VerifiedRegistration } from '#shared/registration/verify-registration.ts';
import type { Chance } from './chance.ts';

/** What effects work on. One at a time each, in order; side by side with each other. */
export const things = ['firewall', 'disk', 'tunnel', 'handshake', 'names', 'timer'] as const;
export type Thing = (typeof things)[number];

/** The machine around the daemon. A crash of the daemon loses the queues and nothing else. */
export interface World {
  /** What the kernel does with packets now. */
  firewall: FirewallPolicy;
  disk: Target;
  /** A device stands, perhaps half configured. */
  tunnel: {
    readonly registration: VerifiedRegistration;
    /** Where the device was told its peers are. */
    readonly peers: readonly PeerAddress[];
    readonly whole: boolean;
  } | null;
  /** What every host name points to now. */
  addresses: readonly string[];
  /** All that names ever pointed to. */
  readonly addressesSoFar: Set<string>;
  now: number;
  /** Asked for and not yet done. */
  readonly asked: Record<Thing, TunnelEffect[]>;
  /** Done and not yet heard of: answers on one thing arrive in order, but late. */
  readonly answers: Record<Thing, TunnelEvent[]>;
}

/** Where the peers of every request are at first. */
const FIRST_ADDRESSES = ['203.0.113.2', '203.0.113.9'];

export function newWorld(): World {
  return {
    firewall: { kind: 'open' },
    disk: { kind: 'unprotected' },
    tunnel: null,
    addresses: FIRST_ADDRESSES,
    addressesSoFar: new Set(FIRST_ADDRESSES),
    now: 1_800_000_000,
    asked: emptyQueues(),
    answers: emptyQueues(),
  };
}

export function copyOf(world: World): World {
  const copy = <Item>(queues: Record<Thing, Item[]>): Record<Thing, Item[]> => ({
    firewall: [...queues.firewall],
    disk: [...queues.disk],
    tunnel: [...queues.tunnel],
    handshake: [...queues.handshake],
    names: [...queues.names],
    timer: [...queues.timer],
  });
  return { ...world, asked: copy(world.asked), answers: copy(world.answers) };
}

export function ask(world: World, effects: readonly TunnelEffect[]): void {
  for (const effect of effects) world.asked[thingOf(effect)].push(effect);
}

/** Whatever was under way is done or not; nobody hears of it. */
export function crash(world: World, chance: Chance): void {
  for (const thing of things) {
    while (world.asked[thing].length > 0 && chance.happens(0.5)) carryOut(world, thing, chance.happens(0.2));
    world.asked[thing].length = 0;
    world.answers[thing].length = 0;
  }
}

export const isIdle = (world: World): boolean =>
  things.every((thing) => world.asked[thing].length === 0 && world.answers[thing].length === 0);

/** Does the next thing asked for, well or badly, and files the answer. */
export function carryOut(world: World, thing: Thing, fails: boolean): void {
  const effect = world.asked[thing].shift();
  if (effect === undefined) return;
  world.answers[thing].push(fails ? failAt(world, effect) : doIt(world, effect));
}

function doIt(world: World, effect: TunnelEffect): TunnelEvent {
  if ('round' in effect) return doRound(world, effect);
  const { attempt } = effect;
  switch (effect.kind) {
    case 'applyFirewall':
      world.firewall = effect.policy;
      return { kind: 'firewallApplied', policy: effect.policy.kind, attempt };
    case 'storeTarget':
      world.disk = effect.target;
      return { kind: 'targetStored', attempt };
    case 'bringTunnelUp':
      world.tunnel = { registration: effect.registration, peers: effect.peers, whole: true };
      return { kind: 'tunnelBroughtUp', attempt };
    case 'setDns':
      return { kind: 'dnsSet', attempt };
    case 'awaitHandshake':
      return { kind: 'handshakeCompleted', at: world.now, attempt };
    case 'takeTunnelDown':
      world.tunnel = null;
      return { kind: 'tunnelTakenDown', attempt };
    case 'wakeAfter':
      world.now += effect.seconds;
      return { kind: 'woke', attempt };
  }
}

type RoundEffect = Extract<TunnelEffect, { readonly round: number }>;

function doRound(world: World, effect: RoundEffect): TunnelEvent {
  const { round } = effect;
  switch (effect.kind) {
    case 'resolvePeers': {
      const found = effect.peers.map(({ publicKey }) => ({ publicKey, addresses: world.addresses }));
      return { kind: 'peersResolved', found, round, fraction: 0.5 };
    }
    case 'movePeers':
      if (world.tunnel !== null) {
        const peers = world.tunnel.peers.map(
          (peer) => effect.peers.find(({ publicKey }) => publicKey === peer.publicKey) ?? peer,
        );
        world.tunnel = { ...world.tunnel, peers };
      }
      return { kind: 'peersMoved', round, fraction: 0.5 };
    case 'waitForRound':
      world.now += effect.seconds;
      return { kind: 'roundDue', round };
  }
}

function failRound(effect: RoundEffect): TunnelEvent {
  const { round } = effect;
  switch (effect.kind) {
    case 'resolvePeers': {
      const found = effect.peers.map(({ publicKey }) => ({ publicKey, addresses: [] }));
      return { kind: 'peersResolved', found, round, fraction: 0.5 };
    }
    case 'movePeers':
      return { kind: 'peersNotMoved', problem: problem('configure_device_failed'), round, fraction: 0.5 };
    case 'waitForRound':
      return { kind: 'roundDue', round };
  }
}

function failAt(world: World, effect: TunnelEffect): TunnelEvent {
  if ('round' in effect) return failRound(effect);
  const { attempt } = effect;
  switch (effect.kind) {
    case 'applyFirewall':
      return { kind: 'firewallFailed', problem: problem('firewall_failed'), attempt };
    case 'storeTarget':
      return { kind: 'targetStoreFailed', problem: problem('store_failed'), attempt };
    case 'bringTunnelUp':
      world.tunnel = { registration: effect.registration, peers: effect.peers, whole: false };
      return { kind: 'tunnelFailed', problem: problem('set_routes_failed'), attempt };
    case 'setDns':
      return { kind: 'dnsFailed', problem: problem('set_dns_failed'), attempt };
    case 'awaitHandshake':
      return { kind: 'handshakeTimedOut', attempt };
    case 'takeTunnelDown':
      if (world.tunnel !== null) world.tunnel = { ...world.tunnel, whole: false };
      return { kind: 'tunnelTakeDownFailed', problem: problem('take_down_failed'), attempt };
    case 'wakeAfter':
      return { kind: 'woke', attempt };
  }
}

function thingOf(effect: TunnelEffect): Thing {
  switch (effect.kind) {
    case 'applyFirewall':
      return 'firewall';
    case 'storeTarget':
      return 'disk';
    case 'bringTunnelUp':
    case 'setDns':
    case 'takeTunnelDown':
    case 'movePeers':
      return 'tunnel';
    case 'awaitHandshake':
      return 'handshake';
    case 'resolvePeers':
      return 'names';
    case 'wakeAfter':
    case 'waitForRound':
      return 'timer';
  }
}

export function problem(code: string): Problem {
  return { kind: 'daemon', code, reason: 'Simulated.', nextAction: 'None.' };
}

function emptyQueues<Item>(): Record<Thing, Item[]> {
  return { firewall: [], disk: [], tunnel: [], handshake: [], names: [], timer: [] };
}
