import { assertNever } from './assert-never.ts';
import type { Closure } from './closure.ts';
import type { FetcherAccess, SocketAddress, Surroundings } from './surroundings.ts';
import { targetOf } from './target.ts';
import type { PeerAddress, StateOf, Target, TunnelState } from './tunnel-state.ts';

/** The whole desired state of the firewall. Applying it twice is the same as once. */
export type FirewallPolicy = { readonly kind: 'open' } | ClosedPolicy;

/**
 * Besides what is listed here only loopback, DHCP and neighbour discovery pass, and packets into the tunnel.
 */
export interface ClosedPolicy {
  readonly kind: 'closed';
  readonly closure: Closure;
  readonly tunnelInterface: string;
  /** Packets to these that arrive elsewhere than on the tunnel's interface are dropped. */
  readonly tunnelAddresses: readonly string[];
  readonly mark: number;
  /** Where marked UDP packets may go. Empty: nowhere, so a tunnel that still stands carries nothing. */
  readonly endpoints: readonly SocketAddress[];
  readonly fetcher: FetcherAccess | null;
  readonly timeUid: number | null;
}

/** The firewall that belongs to a state. */
export function firewallPolicyFor(state: TunnelState, surroundings: Surroundings): FirewallPolicy {
  const target = guardedTarget(state);
  if (target.kind === 'unprotected') return { kind: 'open' };
  return {
    kind: 'closed',
    closure: target.closure,
    tunnelInterface: surroundings.tunnelInterface,
    tunnelAddresses: target.tunnelAddresses,
    mark: surroundings.mark,
    endpoints: endpointsOf(state),
    fetcher: surroundings.fetcher,
    timeUid: surroundings.timeUid,
  };
}

/**
 * Tunnel down first, then firewall: until the tunnel is gone its own closure stands, whatever comes next.
 */
function guardedTarget(state: TunnelState): Target {
  if (state.kind !== 'disconnecting' || state.stage === 'opening_firewall') return targetOf(state);
  return state.from;
}

/** Encrypted packets leave only while there is a verified registration behind them. */
function endpointsOf(state: TunnelState): readonly SocketAddress[] {
  switch (state.kind) {
    case 'connecting':
      return socketAddressesOf(state.request.peers);
    case 'connected':
      // Those to come beside those that are, until the device has been told.
      return socketAddressesOf([...state.request.peers, ...movesOf(state)]);
    case 'disconnected':
    case 'disconnecting':
    case 'blocked':
      return [];
    default:
      return assertNever(state);
  }
}

function movesOf({ recovery }: StateOf<'connected'>): readonly PeerAddress[] {
  if (recovery === null) return [];
  const { stage } = recovery;
  return stage.kind === 'allowing' || stage.kind === 'moving' ? stage.moves : [];
}

function socketAddressesOf(peers: readonly PeerAddress[]): readonly SocketAddress[] {
  const unique = new Map(peers.map(({ address, port }) => [`${address} ${port}`, { address, port }]));
  return [...unique.values()];
}
