import { isDeepStrictEqual } from 'node:util';
import { firewallPolicyFor } from '#daemon/core/firewall-policy.ts';
import { targetOf } from '#daemon/core/target.ts';
import type { TunnelEffect } from '#daemon/core/tunnel-effect.ts';
import type { ConnectRequest, PeerAddress, TunnelState } from '#daemon/core/tunnel-state.ts';
import { isVerifiedRegistration } from '#shared/registration/verify-registration.ts';
import type { World } from './world.ts';

/** The reference: what was wished last, and what stands against it. */
export interface Wish {
  readonly request: ConnectRequest | null;
  /** After a crash nobody holds the credentials, so only `blocked` can follow. */
  readonly protectedBefore: boolean;
  readonly refused: string | null;
  /** Since the wish, nothing failed. */
  readonly smooth: boolean;
}

export const isProtected = (wish: Wish): boolean => wish.request !== null || wish.protectedBefore;

export type Promises = readonly (readonly [says: string, kept: boolean])[];

/** What has to hold after every event, of the machine's state and the true world. */
export function promisesAt(state: TunnelState, wish: Wish, world: World): Promises {
  return [
    ['the target is what was wished last', (targetOf(state).kind === 'protected') === isProtected(wish)],
    [
      'no tunnel stands without a verified registration',
      world.tunnel === null || isVerifiedRegistration(world.tunnel.registration),
    ],
    ['no tunnel stands behind an open firewall', world.tunnel === null || world.firewall.kind === 'closed'],
    ['disconnected is without a tunnel and open', state.kind !== 'disconnected' || isOpenForGood(world)],
    ['blocked is without a tunnel', state.kind !== 'blocked' || world.tunnel === null],
    [
      'connected is remembered on disk',
      state.kind !== 'connected' || isDeepStrictEqual(world.disk, targetOf(state)),
    ],
    ['connected is never mute', state.kind !== 'connected' || hasEndpoints(world)],
    [
      'where the peers of a connected tunnel were told to be, packets may go',
      state.kind !== 'connected' || !isSettled(world) || areAllowed(world.tunnel?.peers ?? [], world),
    ],
    [
      'closed as heard is closed in truth',
      state.firewall !== 'closed' || !isSettled(world) || world.firewall.kind === 'closed',
    ],
  ];
}

/** What has to hold of each effect at the moment it is asked for. */
export function promisesOf(effect: TunnelEffect, state: TunnelState, wish: Wish, world: World): Promises {
  switch (effect.kind) {
    case 'applyFirewall':
      if (effect.policy.kind === 'closed') return [];
      return [
        ['opens only when protection is not wished', !isProtected(wish)],
        ['opens only when the tunnel is gone', world.tunnel === null && world.asked.tunnel.length === 0],
      ];
    case 'bringTunnelUp':
      return [
        ['brings up only what is verified', isVerifiedRegistration(effect.registration)],
        ['brings up only what was wished', wish.request?.registration === effect.registration],
        ['brings up only what was not refused', wish.refused === null],
        ['brings up only behind the firewall that belongs to it', isGuarding(state, world)],
        ['brings up only once the target is on disk', isDeepStrictEqual(world.disk, targetOf(state))],
        ['brings up only what has no forerunner', world.tunnel === null && world.asked.tunnel.length === 0],
      ];
    case 'movePeers':
      return [
        ['moves only where the firewall lets packets go', areAllowed(effect.peers, world)],
        [
          'moves only to where registered names point',
          effect.peers.every(({ address }) => world.addressesSoFar.has(address)),
        ],
      ];
    case 'resolvePeers':
    case 'waitForRound':
    case 'storeTarget':
    case 'setDns':
    case 'awaitHandshake':
    case 'takeTunnelDown':
    case 'wakeAfter':
      return [];
  }
}

/** What has to hold when nothing is under way any more. */
export function promisesAtRest(state: TunnelState, wish: Wish, world: World): Promises {
  const policy = firewallPolicyFor(state, state.surroundings);
  return [
    [
      'rests disconnected, connected or blocked',
      ['disconnected', 'connected', 'blocked'].includes(state.kind),
    ],
    ['the firewall is the one of the state', isDeepStrictEqual(world.firewall, policy)],
    ['the firewall is known', state.firewall === policy.kind],
    ['unprotected rests disconnected', isProtected(wish) === (state.kind !== 'disconnected')],
    ['what went smoothly is connected', !isSmoothConnect(wish) || state.kind === 'connected'],
    ['what is refused is blocked for that reason', wish.refused === null || causeOf(state) === wish.refused],
    ['nobody is looked for when all are well', state.kind !== 'connected' || state.recovery === null],
    [
      'the peers are where the state says',
      state.kind !== 'connected' || isDeepStrictEqual(world.tunnel?.peers, state.request.peers),
    ],
    ['the tunnel stands when connected', state.kind !== 'connected' || world.tunnel?.whole === true],
  ];
}

const isSmoothConnect = (wish: Wish): boolean =>
  wish.request !== null && wish.smooth && wish.refused === null;

const causeOf = (state: TunnelState): string | null => (state.kind === 'blocked' ? state.cause.code : null);

const isOpenForGood = (world: World): boolean =>
  world.tunnel === null && world.firewall.kind === 'open' && world.asked.firewall.length === 0;

const isSettled = (world: World): boolean =>
  world.asked.firewall.length === 0 && world.answers.firewall.length === 0;

const hasEndpoints = ({ firewall }: World): boolean =>
  firewall.kind === 'closed' && firewall.endpoints.length > 0;

const areAllowed = (peers: readonly PeerAddress[], { firewall }: World): boolean =>
  firewall.kind === 'closed' &&
  peers.every(({ address, port }) =>
    firewall.endpoints.some((endpoint) => endpoint.address === address && endpoint.port === port),
  );

/** Closed for this very tunnel, and nothing is under way that would change it to another tunnel's. */
function isGuarding(state: TunnelState, world: World): boolean {
  const wanted = firewallPolicyFor(state, state.surroundings);
  if (wanted.kind === 'open') return false;
  const coming = world.asked.firewall.flatMap((effect) =>
    effect.kind === 'applyFirewall' ? [effect.policy] : [],
  );
  return [world.firewall, ...coming].every(
    (policy) =>
      policy.kind === 'closed' &&
      isDeepStrictEqual({ ...policy, fetcher: null }, { ...wanted, fetcher: null }),
  );
}
