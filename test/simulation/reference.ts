import type { TunnelEvent } from '#daemon/core/tunnel-event.ts';
import type { ConnectRequest, ProtectedTarget, TunnelState } from '#daemon/core/tunnel-state.ts';
import { isAbout, isClosedTo, leaves, plainPackets, rogue, type Packet } from './packet.ts';
import type { World } from './world.ts';

/**
 * The reference model: what somebody may believe who has wished something and reads the status. It knows wishes and news,
 * no effect, no stage, no order, and imports nothing of the machine's but types. The machine may be slower than its
 * user's belief; it may never contradict it.
 */
export interface Belief {
  readonly wanted: Wanted;
  /** What failed since the wish: the only reasons for being blocked beside a refusal. */
  readonly failures: readonly string[];
  readonly firewall: TunnelState['firewall'];
  /** Packets of which somebody was told that they cannot leave, and has not wished otherwise since. */
  readonly guarded: readonly Packet[];
}

type Wanted =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'tunnel'; readonly request: ConnectRequest; readonly refusal: string | null }
  /** From an earlier run: nobody has the keys. */
  | { readonly kind: 'kept'; readonly target: ProtectedTarget };

export const noBelief: Belief = {
  wanted: { kind: 'nothing' },
  failures: [],
  firewall: 'unknown',
  guarded: [],
};

/** What follows from an event for whoever watches. */
export function believe(belief: Belief, event: TunnelEvent): Belief {
  switch (event.kind) {
    case 'started': {
      const { target } = event;
      const wanted = target.kind === 'protected' ? ({ kind: 'kept', target } as const) : noBelief.wanted;
      return wish({ ...belief, firewall: 'unknown' }, wanted);
    }
    case 'connectRequested':
      return wish(belief, { kind: 'tunnel', request: event.request, refusal: null });
    case 'disconnectRequested':
      return wish(belief, { kind: 'nothing' });
    case 'registrationLost':
      return isOfWish(belief, event.certificateText)
        ? changeTunnel(belief, { refusal: event.refusal.code })
        : belief;
    case 'registrationReplaced':
      return changeTunnel(belief, { registration: event.registration });
    case 'firewallApplied':
      return { ...belief, firewall: event.policy };
    case 'firewallFailed':
      return failed({ ...belief, firewall: 'unknown' }, event.problem.code);
    case 'targetStoreFailed':
    case 'tunnelFailed':
    case 'dnsFailed':
      return failed(belief, event.problem.code);
    case 'handshakeTimedOut':
      return failed(belief, 'handshake_timed_out');
    case 'interfaceVanished':
      return failed(belief, 'tunnel_vanished');
    default:
      return belief;
  }
}

/** Everything in which the machine or the world is other than what may be believed. */
export function contradictions(belief: Belief, state: TunnelState, world: World): readonly string[] {
  const rules: readonly (readonly [says: string, holds: boolean])[] = [
    [`${state.kind} is none of what may follow from the wish`, isPossible(belief, state)],
    ['the firewall is told as it was heard of', state.firewall === belief.firewall],
    [
      'disconnected lets everything out',
      state.kind !== 'disconnected' || outside(world).length === plainPackets.length,
    ],
    ['blocked lets no encrypted packet out', state.kind !== 'blocked' || !isTunnelCarrying(world)],
    [
      'what may not be is mute before it is gone',
      !isOnItsWayToBlocked(state, world) || !isTunnelCarrying(world),
    ],
    ['connected carries what belongs inside', state.kind !== 'connected' || isTunnelCarrying(world)],
    ['closed is closed to a rogue', world.firewall.kind === 'open' || isClosedToRogue(world)],
  ];
  const leaked = belief.guarded.filter((one) => leaves(world.firewall, one));
  return [
    ...rules.filter(([, holds]) => !holds).map(([says]) => says),
    ...leaked.map(({ name }) => `what was told to be closed is open: ${name}`),
  ];
}

/** What the status now tells is believed from now on. */
export function told(belief: Belief, state: TunnelState, world: World): Belief {
  const isTold =
    state.kind === 'connected' ||
    (state.kind === 'blocked' && state.firewall === 'closed' && isFirewallAtRest(world));
  if (!isTold) return belief;
  return { ...belief, guarded: plainPackets.filter((one) => isWanted(belief.wanted, one)) };
}

function wish(belief: Belief, wanted: Wanted): Belief {
  // Until the new wish is told to be in force, what both are about stays promised.
  const guarded = belief.guarded.filter((one) => isWanted(wanted, one));
  return { ...belief, wanted, failures: [], guarded };
}

function isWanted(wanted: Wanted, one: Packet): boolean {
  switch (wanted.kind) {
    case 'nothing':
      return false;
    case 'tunnel':
      return isAbout(wanted.request.registration.configuration, one);
    case 'kept':
      return isClosedTo(wanted.target.closure, one);
  }
}

function isPossible({ wanted, failures }: Belief, state: TunnelState): boolean {
  const end = state.kind === 'disconnecting' ? state.then : state;
  switch (end.kind) {
    case 'disconnected':
      return wanted.kind === 'nothing';
    case 'connecting':
    case 'connected':
      return wanted.kind === 'tunnel' && wanted.refusal === null && isSameTunnel(wanted.request, end.request);
    case 'blocked': {
      if (wanted.kind === 'nothing' || end.target.tunnel !== tunnelOf(wanted)) return false;
      if (wanted.kind === 'kept') return end.cause.code === 'needs_credentials';
      return wanted.refusal === null ? failures.includes(end.cause.code) : end.cause.code === wanted.refusal;
    }
    default:
      return false;
  }
}

const tunnelOf = (wanted: Exclude<Wanted, { kind: 'nothing' }>): string | null =>
  wanted.kind === 'kept' ? wanted.target.tunnel : wanted.request.tunnel;

/** Peers may have moved; who they are may not. */
function isSameTunnel(one: ConnectRequest, other: ConnectRequest): boolean {
  return one.tunnel === other.tunnel && one.owner === other.owner && one.registration === other.registration;
}

function isOfWish({ wanted }: Belief, certificateText: string): boolean {
  return wanted.kind === 'tunnel' && wanted.request.registration.certificateText === certificateText;
}

function changeTunnel(
  belief: Belief,
  change: { readonly refusal: string } | { readonly registration: ConnectRequest['registration'] },
): Belief {
  const { wanted } = belief;
  if (wanted.kind !== 'tunnel') return belief;
  if ('refusal' in change) return { ...belief, wanted: { ...wanted, refusal: change.refusal } };
  return { ...belief, wanted: { ...wanted, request: { ...wanted.request, ...change } } };
}

const failed = (belief: Belief, code: string): Belief =>
  belief.failures.includes(code) ? belief : { ...belief, failures: [...belief.failures, code] };

const isOnItsWayToBlocked = (state: TunnelState, world: World): boolean =>
  state.kind === 'disconnecting' &&
  state.then.kind === 'blocked' &&
  state.firewall === 'closed' &&
  isFirewallAtRest(world);

/** What the firewall was told has been done, and heard of. */
const isFirewallAtRest = ({ asked, answers }: World): boolean =>
  asked.firewall.length + answers.firewall.length === 0;

const outside = (world: World): readonly Packet[] =>
  plainPackets.filter((one) => leaves(world.firewall, one));

/** Every peer that the device has can be reached by what it encrypts. */
function isTunnelCarrying({ tunnel, firewall }: World): boolean {
  if (tunnel === null) return false;
  return tunnel.peers.every(({ address: to, port }) =>
    leaves(firewall, { name: 'encrypted', to, port, isMarked: true }),
  );
}

function isClosedToRogue({ firewall }: World): boolean {
  return firewall.kind === 'open' || !leaves(firewall, rogue);
}
