import { assertNever } from './assert-never.ts';
import { mayReach } from './may-reach.ts';
import type { FoundPeer, RoundCompletionEvent } from './tunnel-event.ts';
import type { PeerAddress, Recovery, RecoveryStage, StateOf, TroubledPeer } from './tunnel-state.ts';
import { refreshFirewall, stay, withEffect, type Step } from './tunnel-transition.ts';

/** WireGuard calls every 5 s (REKEY_TIMEOUT): an address has been called twice before the next is tried. */
const FIRST_DELAY_SECONDS = 15;
const LONGEST_DELAY_SECONDS = 300;

type Connected = StateOf<'connected'>;
interface Recovering extends Connected {
  readonly recovery: Recovery;
}
interface RecoveringStep extends Step {
  readonly state: Recovering;
}

/** What the counters say. The first trouble begins a recovery; during one it is only taken down. */
export function lookAfterPeers(state: Connected, troubled: readonly TroubledPeer[]): Step {
  if (isRecovering(state)) return stay({ ...state, recovery: { ...state.recovery, troubled } });
  return troubled.length === 0 ? stay(state) : beginRound(state, { troubled, tries: 0 });
}

/** The network may be another one: whoever waits for the next round waits no longer, and one under way is followed. */
export function lookForPeersNow(state: Connected): Step {
  if (!isRecovering(state)) return tellAgain(state);
  if (state.recovery.stage.kind === 'waiting') return beginAnew(state);
  return stay({ ...state, recovery: { ...state.recovery, again: true } });
}

function beginAnew(state: Recovering): RecoveringStep {
  const { troubled } = state.recovery;
  return troubled.length === 0 ? tellAgain(state) : beginRound(state, { troubled, tries: 0 });
}

/**
 * The device is told once more where its peers are. It then forgets the address of ours from which it sent, which
 * may be gone; by itself wireguard-go forgets it only when it has called in vain for 15 s.
 */
function tellAgain(state: Connected): RecoveringStep {
  const round = state.rounds + 1;
  const { peers } = state.request;
  const stage = { kind: 'moving', moves: peers } as const;
  return {
    state: { ...state, rounds: round, recovery: { troubled: [], round, tries: 1, again: false, stage } },
    effects: [{ kind: 'movePeers', peers, round }],
  };
}

/** The firewall stands as asked for: addresses that it was to allow can be used. */
export function moveAllowedPeers(state: Connected): Step {
  if (!isRecovering(state) || state.recovery.stage.kind !== 'allowing') return stay(state);
  const { recovery } = state;
  const troubled = new Set(recovery.troubled.map(({ publicKey }) => publicKey));
  // A peer that is well again meanwhile stays where it is; its new address is allowed until the round ends.
  const moves = state.recovery.stage.moves.filter(({ publicKey }) => troubled.has(publicKey));
  return withEffect(at(state, { kind: 'moving', moves }), {
    kind: 'movePeers',
    peers: moves,
    round: recovery.round,
  });
}

/** An effect of a recovery has answered. */
export function completeRound(state: Connected, event: RoundCompletionEvent): Step {
  if (!isRecovering(state) || state.recovery.round !== event.round) return stay(state);
  const { stage } = state.recovery;
  switch (event.kind) {
    case 'peersResolved':
      return stage.kind === 'resolving' ? allowMoves(state, event) : stay(state);
    case 'peersMoved':
      return stage.kind === 'moving' ? takeNote(state, stage.moves, event.fraction) : stay(state);
    case 'peersNotMoved':
      return stage.kind === 'moving'
        ? closeRound({ ...state, trouble: event.problem }, event.fraction)
        : stay(state);
    case 'roundDue':
      return stage.kind === 'waiting' ? goOnOrEnd(state) : stay(state);
    default:
      return assertNever(event);
  }
}

function beginRound(
  state: Connected,
  { troubled, tries }: Pick<Recovery, 'troubled' | 'tries'>,
): RecoveringStep {
  const round = state.rounds + 1;
  const stage = { kind: 'resolving' } as const;
  const recovery = { troubled, round, tries: tries + 1, again: false, stage };
  const wanted = new Set<string>(troubled.map(({ publicKey }) => publicKey));
  const peers = state.request.registration.configuration.peers
    .filter(({ publicKey }) => wanted.has(publicKey))
    .map(({ publicKey, endpoint }) => ({ publicKey, endpoint }));
  return { state: { ...state, rounds: round, recovery }, effects: [{ kind: 'resolvePeers', peers, round }] };
}

/** Firewall first: a packet to an address that it does not allow is lost. */
function allowMoves(
  state: Recovering,
  event: Extract<RoundCompletionEvent, { kind: 'peersResolved' }>,
): Step {
  const moves = state.recovery.troubled.flatMap((peer) => moveFor(peer, state.request.peers, event.found));
  return moves.length === 0
    ? goToNextRound(state, event.fraction)
    : refreshFirewall(at(state, { kind: 'allowing', moves }));
}

function takeNote(state: Recovering, moves: readonly PeerAddress[], fraction: number): Step {
  const peers = state.request.peers.map(
    (peer) => moves.find(({ publicKey }) => publicKey === peer.publicKey) ?? peer,
  );
  const trouble = state.firewall === 'unknown' ? state.trouble : null;
  return closeRound({ ...state, trouble, request: { ...state.request, peers } }, fraction);
}

/** What the firewall allowed for the round goes with it. */
function closeRound(state: Recovering, fraction: number): Step {
  const next = goToNextRound(state, fraction);
  const refreshed = refreshFirewall(next.state);
  return { state: refreshed.state, effects: [...refreshed.effects, ...next.effects] };
}

function goToNextRound(state: Recovering, fraction: number): RecoveringStep {
  const { round, tries, again } = state.recovery;
  if (again) return beginAnew(state);
  const seconds = roundDelaySeconds(tries, fraction);
  return {
    state: at(state, { kind: 'waiting' }),
    effects: [{ kind: 'waitForRound', seconds, round }],
  };
}

/** Doubling; up to a quarter earlier, so that machines which lost a peer together do not ask together. */
function roundDelaySeconds(tries: number, fraction: number): number {
  const longest = Math.min(FIRST_DELAY_SECONDS * 2 ** (tries - 1), LONGEST_DELAY_SECONDS);
  return longest * (1 - fraction / 4);
}

function goOnOrEnd(state: Recovering): Step {
  const { troubled, tries } = state.recovery;
  return troubled.length === 0 ? stay({ ...state, recovery: null }) : beginRound(state, { troubled, tries });
}

/**
 * Where a troubled peer is to be called next; nothing where it stays. Only addresses that its registered name has
 * now, or the one it has been called at until now.
 */
function moveFor(
  troubled: TroubledPeer,
  current: readonly PeerAddress[],
  found: readonly FoundPeer[],
): readonly PeerAddress[] {
  const peer = current.find(({ publicKey }) => publicKey === troubled.publicKey);
  if (peer === undefined) return [];
  const addresses = found.find(({ publicKey }) => publicKey === peer.publicKey)?.addresses ?? [];
  switch (troubled.kind) {
    case 'silent': {
      const address = nextAddress(peer.address, addresses);
      return address === peer.address ? [] : [{ ...peer, address }];
    }
    case 'strayed':
      return [{ ...peer, address: addressAfterStraying(peer, troubled.to, addresses) }];
    case 'unreachable': {
      const address = addresses.find((found) => mayReach(found, troubled.own));
      return address === undefined || address === peer.address ? [] : [{ ...peer, address }];
    }
    default:
      return assertNever(troubled);
  }
}

/** In turns, in an order of their own: name servers shuffle their answers. */
function nextAddress(current: string, addresses: readonly string[]): string {
  if (!addresses.includes(current)) return addresses[0] ?? current;
  const inOrder = addresses.toSorted();
  return inOrder[(inOrder.indexOf(current) + 1) % inOrder.length] ?? current;
}

/** Followed to where the name points too, port included; else called back. */
function addressAfterStraying(
  peer: PeerAddress,
  to: Extract<TroubledPeer, { kind: 'strayed' }>['to'],
  addresses: readonly string[],
): string {
  if (to.port === peer.port && addresses.includes(to.address)) return to.address;
  return addresses.includes(peer.address) ? peer.address : (addresses[0] ?? peer.address);
}

function at(state: Recovering, stage: RecoveryStage): Recovering {
  return { ...state, recovery: { ...state.recovery, stage } };
}

function isRecovering(state: Connected): state is Recovering {
  return state.recovery !== null;
}
