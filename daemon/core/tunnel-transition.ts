import type { Problem } from '#shared/contract/problem.ts';
import { assertNever } from './assert-never.ts';
import { firewallPolicyFor } from './firewall-policy.ts';
import { targetOf } from './target.ts';
import type { TunnelEffect } from './tunnel-effect.ts';
import type {
  Afterwards,
  Common,
  ConnectRequest,
  ProtectedTarget,
  Situation,
  StateOf,
  Target,
  TunnelState,
} from './tunnel-state.ts';

export interface Step {
  readonly state: TunnelState;
  readonly effects: readonly TunnelEffect[];
}

/** A blocked future: what the target was, and why there is no tunnel. */
export interface Blocking {
  readonly target: ProtectedTarget;
  readonly cause: Problem;
}

const LONGEST_RETRY_SECONDS = 30;
const FIREWALL_RETRY_SECONDS = 2;

/** Firewall and disk first; the tunnel follows when both have answered. */
export function beginConnecting(state: TunnelState, request: ConnectRequest): Step {
  const stage = { kind: 'closing_firewall', firewallClosed: false, targetStored: false } as const;
  const next = enter({ ...state, trouble: null }, { kind: 'connecting', request, stage });
  return storeTarget(applyFirewall(stay(next)));
}

/** Stops the encrypted packets, then takes the tunnel down: for a tunnel that may no longer be. */
export function cutOff(state: TunnelState, change: { from?: Target; to: Blocking }): Step {
  const { from = targetOf(state), to } = change;
  const then = { kind: 'blocked', ...to } as const;
  return applyFirewall(
    stay(enter(state, { kind: 'disconnecting', stage: 'cutting_off', from, then, failures: 0 })),
  );
}

/** Takes the tunnel down behind a firewall that stays as it is. */
export function takeDown(state: TunnelState, change: { from?: Target; then: Afterwards }): Step {
  const { from = targetOf(state), then } = change;
  const next = enter(state, { kind: 'disconnecting', stage: 'taking_tunnel_down', from, then, failures: 0 });
  return withEffect(next, { kind: 'takeTunnelDown', attempt: next.attempt });
}

/** Only once the tunnel is known to be gone, and only where nobody wants protection. */
export function openUp(state: TunnelState): Step {
  const next = enter(state, {
    kind: 'disconnecting',
    stage: 'opening_firewall',
    from: { kind: 'unprotected' },
    then: { kind: 'disconnected' },
    failures: 0,
  });
  return applyFirewall(stay(next));
}

/** No tunnel, and the firewall closed without a way out for one. */
export function block(state: TunnelState, { target, cause }: Blocking): Step {
  return applyFirewall(stay(enter(state, { kind: 'blocked', target, cause })));
}

/** Where a disconnecting goes once the tunnel is gone. */
export function goOn(state: StateOf<'disconnecting'>): Step {
  switch (state.then.kind) {
    case 'disconnected':
      return openUp(state);
    case 'connecting':
      return beginConnecting(state, state.then.request);
    case 'blocked':
      return block(state, state.then);
    default:
      return assertNever(state.then);
  }
}

/** Does again what a disconnecting is at. */
export function retryStage(state: StateOf<'disconnecting'>): Step {
  const next = { ...state, attempt: state.attempt + 1 };
  if (state.stage !== 'taking_tunnel_down') return applyFirewall(stay(next));
  return withEffect(next, { kind: 'takeTunnelDown', attempt: next.attempt });
}

/** Tries again later, and later still each time. */
export function retryLater(state: StateOf<'disconnecting'>, problem: Problem): Step {
  const failures = state.failures + 1;
  const seconds = Math.min(2 ** (failures - 1), LONGEST_RETRY_SECONDS);
  return withEffect(
    { ...state, failures, trouble: problem },
    { kind: 'wakeAfter', seconds, attempt: state.attempt },
  );
}

/** The former policy stands, closed; the wanted one follows. */
export function refreshFirewallLater(state: StateOf<'connected' | 'blocked'>): Step {
  return withEffect(state, { kind: 'wakeAfter', seconds: FIREWALL_RETRY_SECONDS, attempt: state.attempt });
}

/** The policy of a state that stays, under a new number: earlier tries and their wake-ups are void. */
export function refreshFirewall(state: StateOf<'connected' | 'blocked'>): Step {
  return applyFirewall(stay({ ...state, attempt: state.attempt + 1 }));
}

/** Whether no tunnel stands and none is being brought up. */
export function isTunnelGone(state: TunnelState): boolean {
  switch (state.kind) {
    case 'disconnected':
    case 'blocked':
      return true;
    case 'connecting':
      return state.stage.kind === 'closing_firewall';
    case 'connected':
      return false;
    case 'disconnecting':
      return state.stage === 'opening_firewall';
    default:
      return assertNever(state);
  }
}

export function stay(state: TunnelState): Step {
  return { state, effects: [] };
}

export function withEffect(state: TunnelState, effect: TunnelEffect): Step {
  return { state, effects: [effect] };
}

/** Adds: the firewall of the step's state. */
export function applyFirewall({ state, effects }: Step): Step {
  const policy = firewallPolicyFor(state, state.surroundings);
  return { state, effects: [...effects, { kind: 'applyFirewall', policy, attempt: state.attempt }] };
}

/** Adds: the target of the step's state, to disk. */
export function storeTarget({ state, effects }: Step): Step {
  const target = targetOf(state);
  return { state, effects: [...effects, { kind: 'storeTarget', target, attempt: state.attempt }] };
}

/** Another situation under a new attempt; nothing of the former situation comes along. */
function enter<S extends Situation>(state: TunnelState, situation: S): Common & S {
  return { ...commonOf(state), attempt: state.attempt + 1, ...situation };
}

/** What a state shares with every other. */
export function commonOf({ attempt, rounds, firewall, surroundings, trouble }: TunnelState): Common {
  return { attempt, rounds, firewall, surroundings, trouble };
}
