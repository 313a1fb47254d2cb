import { assertNever } from './assert-never.ts';
import type { Surroundings } from './surroundings.ts';
import { completeRound, lookAfterPeers, lookForPeersNow } from './peer-recovery.ts';
import { targetFor } from './target.ts';
import { complete } from './tunnel-completion.ts';
import type { EventOf, TunnelEvent } from './tunnel-event.ts';
import { tunnelProblem } from './tunnel-problem.ts';
import type { ConnectRequest, StateOf, TunnelState } from './tunnel-state.ts';
import {
  applyFirewall,
  beginConnecting,
  block,
  cutOff,
  isTunnelGone,
  openUp,
  refreshFirewall,
  retryStage,
  stay,
  storeTarget,
  takeDown,
  type Step,
} from './tunnel-transition.ts';

/** A tunnel that vanishes this soon after connecting would vanish again: stay blocked instead of looping. */
const SHORT_LIFE_SECONDS = 5;

/** Before `started`, which has to be the first event. */
export function initialState(surroundings: Surroundings): TunnelState {
  return { kind: 'disconnected', attempt: 0, rounds: 0, firewall: 'unknown', surroundings, trouble: null };
}

/**
 * The tunnel machine. Firewall first, then tunnel: a route without it leaks for milliseconds. Tunnel down first,
 * then firewall. Whatever fails while the target is protected leaves the firewall closed.
 */
export function step(state: TunnelState, event: TunnelEvent): Step {
  switch (event.kind) {
    case 'started':
      return start(state, event);
    case 'connectRequested':
      return connect(state, event.request);
    case 'disconnectRequested':
      return disconnect(state);
    case 'registrationLost':
      return loseRegistration(state, event);
    case 'registrationReplaced':
      return replaceRegistration(state, event);
    case 'interfaceVanished':
      return reactToVanishing(state, event);
    case 'surroundingsChanged':
      return changeSurroundings({ ...state, surroundings: event.surroundings });
    case 'troubledPeersChanged':
      return state.kind === 'connected' ? lookAfterPeers(state, event.troubled) : stay(state);
    case 'networkChanged':
      return state.kind === 'connected' ? lookForPeersNow(state) : stay(state);
    case 'peersResolved':
    case 'peersMoved':
    case 'peersNotMoved':
    case 'roundDue':
      return state.kind === 'connected' ? completeRound(state, event) : stay(state);
    default:
      return complete(state, event);
  }
}

/** A former run may have left a tunnel. Where the target is protected the firewall closes before it goes. */
function start(state: TunnelState, { target, cause }: EventOf<'started'>): Step {
  if (target.kind === 'unprotected') return takeDown(state, { from: target, then: { kind: 'disconnected' } });
  return cutOff(state, { from: target, to: { target, cause: cause ?? tunnelProblem('needs_credentials') } });
}

function connect(state: TunnelState, request: ConnectRequest): Step {
  if (isTunnelGone(state)) return beginConnecting(state, request);
  const then = { kind: 'connecting', request } as const;
  return storeTarget(state.kind === 'disconnecting' ? stay({ ...state, then }) : takeDown(state, { then }));
}

function disconnect(state: TunnelState): Step {
  if (state.kind === 'disconnected') return stay(state);
  const then = { kind: 'disconnected' } as const;
  if (state.kind === 'disconnecting') return storeTarget(hurry({ ...state, then }));
  return storeTarget(isTunnelGone(state) ? openUp(state) : takeDown(state, { then }));
}

/** Somebody asks while the next try waits: try now. */
function hurry(state: StateOf<'disconnecting'>): Step {
  return state.failures === 0 ? stay(state) : retryStage(state);
}

function loseRegistration(
  state: TunnelState,
  { certificateText, refusal }: EventOf<'registrationLost'>,
): Step {
  const request = requestOf(state);
  if (request?.registration.certificateText !== certificateText) return stay(state);
  const to = { target: targetFor(request), cause: refusal };
  if (state.kind === 'disconnecting') {
    const leaving = stay({ ...state, then: { kind: 'blocked', ...to } });
    // The tunnel that is on its way out may rest on the same registration: it is mute from now on, however long it takes.
    return storeTarget(state.from.kind === 'protected' ? applyFirewall(leaving) : leaving);
  }
  return isTunnelGone(state) ? block(state, to) : cutOff(state, { to });
}

/** The request whose registration matters now. */
function requestOf(state: TunnelState): ConnectRequest | null {
  switch (state.kind) {
    case 'connecting':
    case 'connected':
      return state.request;
    case 'disconnecting':
      return state.then.kind === 'connecting' ? state.then.request : null;
    case 'disconnected':
    case 'blocked':
      return null;
    default:
      return assertNever(state);
  }
}

function replaceRegistration(state: TunnelState, { registration }: EventOf<'registrationReplaced'>): Step {
  switch (state.kind) {
    case 'connecting':
    case 'connected':
      return stay({ ...state, request: { ...state.request, registration } });
    case 'disconnected':
    case 'disconnecting':
    case 'blocked':
      return stay(state);
    default:
      return assertNever(state);
  }
}

/** The registration still holds, so the tunnel may come again; the firewall has been closed all along. */
function reactToVanishing(state: TunnelState, { at }: EventOf<'interfaceVanished'>): Step {
  if (isTunnelGone(state) || state.kind === 'disconnecting') return stay(state);
  const request = requestOf(state);
  if (request === null) return stay(state);
  if (state.kind === 'connected' && at - state.since >= SHORT_LIFE_SECONDS) {
    return takeDown(state, { then: { kind: 'connecting', request } });
  }
  return cutOff(state, { to: { target: targetFor(request), cause: tunnelProblem('tunnel_vanished') } });
}

function changeSurroundings(state: TunnelState): Step {
  switch (state.kind) {
    case 'disconnected':
      return stay(state);
    case 'connected':
    case 'blocked':
      return refreshFirewall(state);
    case 'connecting':
      return applyFirewall(stay(state));
    case 'disconnecting':
      // Towards open: whoever opens it, or closes it again, uses the new ones.
      return state.from.kind === 'unprotected' ? stay(state) : applyFirewall(stay(state));
    default:
      return assertNever(state);
  }
}
