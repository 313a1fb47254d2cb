import { chanceFrom } from './chance.ts';
import { Simulation, type SimulationOptions } from './simulation.ts';

/** How often what was reached, by name. */
export type Seen = ReadonlyMap<string, number>;

const EVENTS_PER_GAME = 4000;
/** `SEED=7 vitest ...` plays other games. */
const firstSeed = Number(process.env['SEED'] ?? 1);

export interface Campaign {
  readonly events: number;
  readonly faults: number;
  readonly step?: NonNullable<SimulationOptions['step']>;
}

/** Games of their own seeds, until there were so many events. Throws, with the seed, what contradicts. */
export function campaign({ events, ...rules }: Campaign): Seen {
  const seen = new Map<string, number>();
  for (let seed = firstSeed; (seen.get('event') ?? 0) < events; seed++) {
    for (const [name, count] of play(seed, rules)) seen.set(name, (seen.get(name) ?? 0) + count);
  }
  return seen;
}

function play(seed: number, { faults, ...machine }: Omit<Campaign, 'events'>): Seen {
  const chance = chanceFrom(seed);
  const simulation = new Simulation({ chance, faults, ...machine });
  try {
    while (simulation.events < EVENTS_PER_GAME) {
      simulation.go();
      if (chance.happens(0.005)) simulation.settle(chance.pick(['disconnect', 'connect'] as const));
    }
  } catch (cause) {
    throw new Error(`SEED=${seed}, faults ${faults}`, { cause });
  }
  return simulation.seen;
}

/** Everything that a machine with faults can be at. A simulation that never got there would prove nothing. */
export const places: readonly string[] = [
  'at disconnected',
  'at blocked',
  'at connected',
  ...['resolving', 'allowing', 'moving', 'waiting'].map((stage) => `at connected(${stage})`),
  ...['closing_firewall', 'configuring_tunnel', 'waiting_for_handshake'].map(
    (stage) => `at connecting(${stage})`,
  ),
  ...['cutting_off', 'taking_tunnel_down'].flatMap((stage) =>
    ['disconnected', 'connecting', 'blocked'].map((then) => `at disconnecting(${stage}, then ${then})`),
  ),
  'at disconnecting(opening_firewall, then disconnected)',
];

const completions = [
  ...['firewallApplied', 'firewallFailed', 'targetStored', 'targetStoreFailed', 'tunnelBroughtUp'],
  ...['tunnelFailed', 'dnsSet', 'dnsFailed', 'handshakeCompleted', 'handshakeTimedOut', 'tunnelTakenDown'],
  ...['tunnelTakeDownFailed', 'woke', 'peersResolved', 'peersMoved', 'peersNotMoved', 'roundDue'],
];
const wishesAndFacts = [
  ...['started', 'connectRequested', 'disconnectRequested', 'registrationLost', 'registrationReplaced'],
  ...['interfaceVanished', 'surroundingsChanged', 'troubledPeersChanged', 'networkChanged'],
];
export const events: readonly string[] = [...wishesAndFacts, ...completions].map((kind) => `event ${kind}`);

export const faults: readonly string[] = [
  ...['applyFirewall', 'storeTarget', 'bringTunnelUp', 'setDns', 'awaitHandshake', 'takeTunnelDown'],
  ...['resolvePeers', 'movePeers'],
].map((effect) => `fault ${effect}`);

/** Where the daemon can be when it is killed. */
export const crashes: readonly string[] = places.map((place) => place.replace('at ', 'crash '));

/** The transitions that people live through. */
export const transitions: readonly string[] = [
  'disconnected -> connecting(closing_firewall)',
  'connecting(closing_firewall) -> connecting(configuring_tunnel)',
  'connecting(configuring_tunnel) -> connecting(waiting_for_handshake)',
  'connecting(waiting_for_handshake) -> connected',
  'connecting(closing_firewall) -> blocked',
  'connecting(configuring_tunnel) -> disconnecting(cutting_off, then blocked)',
  'connecting(waiting_for_handshake) -> disconnecting(cutting_off, then blocked)',
  'connected -> disconnecting(taking_tunnel_down, then disconnected)',
  'connected -> disconnecting(taking_tunnel_down, then connecting)',
  'connected -> disconnecting(cutting_off, then blocked)',
  'connected -> connected(resolving)',
  'connected(resolving) -> connected(allowing)',
  'connected(allowing) -> connected(moving)',
  'connected(moving) -> connected(waiting)',
  'connected(waiting) -> connected',
  'disconnecting(cutting_off, then blocked) -> disconnecting(taking_tunnel_down, then blocked)',
  'disconnecting(taking_tunnel_down, then blocked) -> blocked',
  'disconnecting(taking_tunnel_down, then connecting) -> connecting(closing_firewall)',
  'disconnecting(taking_tunnel_down, then disconnected) -> disconnecting(opening_firewall, then disconnected)',
  'disconnecting(opening_firewall, then disconnected) -> disconnected',
  'blocked -> connecting(closing_firewall)',
  'blocked -> disconnecting(opening_firewall, then disconnected)',
];

/** Those that were reached less often than this, with how often. */
export function tooRare(seen: Seen, names: readonly string[], atLeast: number): readonly string[] {
  return names
    .map((name) => [name, seen.get(name) ?? 0] as const)
    .filter(([, count]) => count < atLeast)
    .map(([name, count]) => `${name}: ${count}`);
}
