import type { Problem } from '#shared/contract/problem.ts';
import { assertNever } from './assert-never.ts';
import { moveAllowedPeers } from './peer-recovery.ts';
import { targetFor } from './target.ts';
import type { CompletionEvent, CompletionOf } from './tunnel-event.ts';
import { tunnelProblem } from './tunnel-problem.ts';
import type { ConnectingStage, StateOf, TunnelState } from './tunnel-state.ts';
import {
  block,
  commonOf,
  cutOff,
  goOn,
  isTunnelGone,
  refreshFirewall,
  refreshFirewallLater,
  retryLater,
  retryStage,
  stay,
  withEffect,
  type Step,
} from './tunnel-transition.ts';

/** WireGuard tries every 5 s (REKEY_TIMEOUT): three lost packets in a row are forgiven. */
const HANDSHAKE_TIMEOUT_SECONDS = 18;

/** An effect has answered. What comes late is still heard, but moves nothing. */
export function complete(state: TunnelState, event: CompletionEvent): Step {
  const informed = withNews(state, event);
  return event.attempt === state.attempt ? move(informed, event) : stay(informed);
}

/** Facts about firewall and disk, true whichever effort they came from: those effects answer in order. */
function withNews(state: TunnelState, event: CompletionEvent): TunnelState {
  if (event.kind === 'firewallApplied') {
    const trouble = state.firewall === 'unknown' ? null : state.trouble;
    return { ...state, firewall: event.policy, trouble };
  }
  if (event.kind === 'firewallFailed') return { ...state, firewall: 'unknown', trouble: event.problem };
  if (event.kind === 'targetStoreFailed') return { ...state, trouble: event.problem };
  return state;
}

function move(state: TunnelState, event: CompletionEvent): Step {
  switch (event.kind) {
    case 'firewallApplied':
      return firewallApplied(state, event);
    case 'firewallFailed':
      return firewallFailed(state, event.problem);
    case 'targetStored':
      return atStage(state, 'closing_firewall', (closing, stage) =>
        bringUpWhenReady(closing, { ...stage, targetStored: true }),
      );
    case 'targetStoreFailed':
      return atStage(state, 'closing_firewall', (closing) => blockConnecting(closing, event.problem));
    case 'tunnelBroughtUp':
      return atStage(state, 'configuring_tunnel', awaitAnswer);
    case 'dnsSet':
      return atStage(state, 'waiting_for_handshake', (waiting, stage) =>
        connectWhenReady(waiting, { ...stage, dnsSet: true }),
      );
    case 'handshakeCompleted':
      return atStage(state, 'waiting_for_handshake', (waiting, stage) =>
        connectWhenReady(waiting, { ...stage, handshakeAt: event.at }),
      );
    case 'tunnelFailed':
    case 'dnsFailed':
      return giveUp(state, event.problem);
    case 'handshakeTimedOut':
      return giveUp(state, tunnelProblem('handshake_timed_out'));
    case 'tunnelTakenDown':
      return tunnelTakenDown(state);
    case 'tunnelTakeDownFailed':
      return isTakingDown(state) ? retryLater(state, event.problem) : stay(state);
    case 'woke':
      return woke(state);
    default:
      return assertNever(event);
  }
}

function firewallApplied(state: TunnelState, { policy }: CompletionOf<'firewallApplied'>): Step {
  if (state.kind === 'disconnecting' && state.stage === 'opening_firewall') {
    return policy === 'open' ? arrive(state) : stay(state);
  }
  if (policy !== 'closed') return stay(state);
  if (state.kind === 'disconnecting' && state.stage === 'cutting_off') return cutOffDone(state);
  if (state.kind === 'connected') return moveAllowedPeers(state);
  return atStage(state, 'closing_firewall', (closing, stage) =>
    bringUpWhenReady(closing, { ...stage, firewallClosed: true }),
  );
}

function firewallFailed(state: TunnelState, problem: Problem): Step {
  switch (state.kind) {
    case 'disconnected':
      return stay(state);
    case 'connecting':
      // Later stages: a change of surroundings failed, the policy that was closed before still stands.
      return isTunnelGone(state) ? blockConnecting(state, problem) : stay(state);
    case 'connected':
    case 'blocked':
      return refreshFirewallLater(state);
    case 'disconnecting':
      // A tunnel that may not be has to go, whatever the firewall does; `blocked` tries the firewall again.
      if (state.stage === 'cutting_off') return cutOffDone(state);
      return state.stage === 'opening_firewall' ? retryLater(state, problem) : stay(state);
    default:
      return assertNever(state);
  }
}

type At<Kind extends ConnectingStage['kind']> = Extract<ConnectingStage, { readonly kind: Kind }>;

function atStage<Kind extends ConnectingStage['kind']>(
  state: TunnelState,
  kind: Kind,
  go: (state: StateOf<'connecting'>, stage: At<Kind>) => Step,
): Step {
  return state.kind === 'connecting' && isAt(state.stage, kind) ? go(state, state.stage) : stay(state);
}

function isAt<Kind extends ConnectingStage['kind']>(stage: ConnectingStage, kind: Kind): stage is At<Kind> {
  return stage.kind === kind;
}

function bringUpWhenReady(state: StateOf<'connecting'>, stage: At<'closing_firewall'>): Step {
  if (!stage.firewallClosed || !stage.targetStored) return stay({ ...state, stage });
  const { registration, peers } = state.request;
  return withEffect(
    { ...state, stage: { kind: 'configuring_tunnel' } },
    { kind: 'bringTunnelUp', registration, peers, attempt: state.attempt },
  );
}

/** DNS takes longer than the handshake and does not need it: both at once. */
function awaitAnswer(state: StateOf<'connecting'>): Step {
  const { attempt } = state;
  const { dns } = state.request.registration.configuration;
  const dnsSet = dns.servers.length === 0 && dns.searchDomains.length === 0;
  const next = { ...state, stage: { kind: 'waiting_for_handshake', handshakeAt: null, dnsSet } } as const;
  const waiting = { kind: 'awaitHandshake', timeoutSeconds: HANDSHAKE_TIMEOUT_SECONDS, attempt } as const;
  return { state: next, effects: dnsSet ? [waiting] : [waiting, { kind: 'setDns', dns, attempt }] };
}

function connectWhenReady(state: StateOf<'connecting'>, stage: At<'waiting_for_handshake'>): Step {
  if (stage.handshakeAt === null || !stage.dnsSet) return stay({ ...state, stage });
  const connected: StateOf<'connected'> = {
    ...commonOf(state),
    kind: 'connected',
    request: state.request,
    since: stage.handshakeAt,
    recovery: null,
  };
  return state.firewall === 'unknown' ? refreshFirewall(connected) : stay(connected);
}

function blockConnecting(state: StateOf<'connecting'>, cause: Problem): Step {
  return block(state, { target: targetFor(state.request), cause });
}

/** Something of the tunnel did not come up: what did has to go. */
function giveUp(state: TunnelState, cause: Problem): Step {
  if (state.kind !== 'connecting' || isTunnelGone(state)) return stay(state);
  return cutOff(state, { to: { target: targetFor(state.request), cause } });
}

function cutOffDone(state: StateOf<'disconnecting'>): Step {
  return withEffect(
    { ...state, stage: 'taking_tunnel_down' },
    { kind: 'takeTunnelDown', attempt: state.attempt },
  );
}

function isTakingDown(state: TunnelState): state is StateOf<'disconnecting'> {
  return state.kind === 'disconnecting' && state.stage === 'taking_tunnel_down';
}

function tunnelTakenDown(state: TunnelState): Step {
  if (!isTakingDown(state)) return stay(state);
  return goOn(state.failures === 0 ? state : { ...state, trouble: null });
}

function arrive(state: StateOf<'disconnecting'>): Step {
  return stay({ ...commonOf(state), kind: 'disconnected' });
}

function woke(state: TunnelState): Step {
  switch (state.kind) {
    case 'disconnecting':
      return retryStage(state);
    case 'connected':
    case 'blocked':
      return state.firewall === 'unknown' ? refreshFirewall(state) : stay(state);
    case 'disconnected':
    case 'connecting':
      return stay(state);
    default:
      return assertNever(state);
  }
}
