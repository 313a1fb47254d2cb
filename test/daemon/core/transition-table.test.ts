import { describe, expect, it } from 'vitest';
import type { TunnelEffect } from '#daemon/core/tunnel-effect.ts';
import type { TunnelEvent } from '#daemon/core/tunnel-event.ts';
import { initialState, step } from '#daemon/core/tunnel-machine.ts';
import type { Target, TunnelState } from '#daemon/core/tunnel-state.ts';
import type { Problem } from '#shared/contract/problem.ts';
import { makeRequest, register, surroundings } from './request.ts';

const request = makeRequest({ tunnel: 'office' });
const other = makeRequest({ tunnel: 'lab', allowedIps: ['10.0.0.0/8'], dnsServers: [] });
const since = 1_800_000_000;

const problem = (code: string): Problem => ({ kind: 'daemon', code, reason: 'Played.', nextAction: 'None.' });

type Happening = (state: TunnelState) => TunnelEvent;
const now =
  (event: (attempt: number) => TunnelEvent): Happening =>
  ({ attempt }) =>
    event(attempt);

/** Answers carry the number of the effort that the state is at. */
const happenings: Readonly<Record<string, Happening>> = {
  'connect office': () => ({ kind: 'connectRequested', request }),
  'connect lab': () => ({ kind: 'connectRequested', request: other }),
  disconnect: () => ({ kind: 'disconnectRequested' }),
  'lost office': () => ({
    kind: 'registrationLost',
    certificateText: request.registration.certificateText,
    refusal: problem('revoked'),
  }),
  renewed: () => ({
    kind: 'registrationReplaced',
    registration: register(request.registration.configuration),
  }),
  'vanished at once': () => ({ kind: 'interfaceVanished', at: since + 4 }),
  'vanished later': () => ({ kind: 'interfaceVanished', at: since + 5 }),
  surroundings: () => ({ kind: 'surroundingsChanged', surroundings: { ...surroundings, timeUid: 7 } }),
  'firewall closed': now((attempt) => ({ kind: 'firewallApplied', policy: 'closed', attempt })),
  'firewall open': now((attempt) => ({ kind: 'firewallApplied', policy: 'open', attempt })),
  'firewall failed': now((attempt) => ({ kind: 'firewallFailed', problem: problem('firewall'), attempt })),
  stored: now((attempt) => ({ kind: 'targetStored', attempt })),
  'not stored': now((attempt) => ({ kind: 'targetStoreFailed', problem: problem('disk'), attempt })),
  up: now((attempt) => ({ kind: 'tunnelBroughtUp', attempt })),
  'not up': now((attempt) => ({ kind: 'tunnelFailed', problem: problem('routes'), attempt })),
  dns: now((attempt) => ({ kind: 'dnsSet', attempt })),
  'no dns': now((attempt) => ({ kind: 'dnsFailed', problem: problem('dns'), attempt })),
  handshake: now((attempt) => ({ kind: 'handshakeCompleted', at: since, attempt })),
  'no handshake': now((attempt) => ({ kind: 'handshakeTimedOut', attempt })),
  down: now((attempt) => ({ kind: 'tunnelTakenDown', attempt })),
  'not down': now((attempt) => ({ kind: 'tunnelTakeDownFailed', problem: problem('device'), attempt })),
  woke: now((attempt) => ({ kind: 'woke', attempt })),
};

function after(state: TunnelState, ...names: readonly string[]): TunnelState {
  return names.reduce((before, name) => step(before, happening(name)(before)).state, state);
}

function happening(name: string): Happening {
  const found = happenings[name];
  if (found === undefined) throw new Error(`nothing is called ${name}`);
  return found;
}

const started = (target: Target): TunnelState =>
  step(initialState(surroundings), { kind: 'started', target }).state;
const disconnected = after(started({ kind: 'unprotected' }), 'down', 'firewall open');
const closing = after(disconnected, 'connect office');
const configuring = after(closing, 'firewall closed', 'stored');
const waiting = after(configuring, 'up');
const connected = after(waiting, 'dns', 'handshake');
const leaving = after(connected, 'disconnect');
const blocked = after(connected, 'lost office', 'firewall closed', 'down');

const states: Readonly<Record<string, TunnelState>> = {
  disconnected,
  'connecting: nothing closed yet': closing,
  'connecting: firewall closed': after(closing, 'firewall closed'),
  'connecting: target stored': after(closing, 'stored'),
  'connecting: configuring': configuring,
  'connecting: waiting for both': waiting,
  'connecting: waiting for the handshake': after(waiting, 'dns'),
  'connecting: waiting for dns': after(waiting, 'handshake'),
  'connecting: waiting, firewall unknown': after(waiting, 'dns', 'firewall failed'),
  connected,
  'connected, firewall unknown': after(connected, 'firewall failed'),
  'cutting off': after(connected, 'lost office'),
  'down, then disconnected': leaving,
  'down, then disconnected, failed once': after(leaving, 'not down'),
  'down, then disconnected, failed six times': after(
    leaving,
    ...Array.from({ length: 6 }, () => ['not down', 'woke']).flat(),
  ),
  'down, then connecting lab': after(connected, 'connect lab'),
  'down, then connecting office again': after(connected, 'connect office'),
  'down, then blocked': after(connected, 'lost office', 'firewall closed'),
  'opening the firewall': after(leaving, 'down'),
  'opening the firewall, failed once': after(leaving, 'down', 'firewall failed'),
  blocked,
  'blocked, firewall unknown': after(blocked, 'firewall failed'),
  'from an earlier run, unprotected': started({ kind: 'unprotected' }),
  'from an earlier run, protected': started(
    (step(closing, happening('connect office')(closing)).effects.find(isStoring) ?? unheardOf()).target,
  ),
};

function isStoring(effect: TunnelEffect): effect is Extract<TunnelEffect, { kind: 'storeTarget' }> {
  return effect.kind === 'storeTarget';
}

function unheardOf(): never {
  throw new Error('a connect stores its target');
}

/** The state in a line. */
function describeState(state: TunnelState): string {
  const rest = `firewall ${state.firewall}${state.trouble === null ? '' : `, trouble ${state.trouble.code}`}`;
  switch (state.kind) {
    case 'disconnected':
      return `disconnected, ${rest}`;
    case 'connecting': {
      const { kind, ...done } = state.stage;
      const facts = Object.entries(done).map(([name, value]) => ` ${name}=${String(value)}`);
      return `connecting ${state.request.tunnel} (${kind}${facts.join('')}), ${rest}`;
    }
    case 'connected':
      return `connected ${state.request.tunnel} since ${state.since - since}, ${rest}`;
    case 'disconnecting': {
      const { then } = state;
      const next =
        then.kind === 'connecting'
          ? ` ${then.request.tunnel}`
          : then.kind === 'blocked'
            ? ` ${then.cause.code}`
            : '';
      return `disconnecting (${state.stage}, from ${state.from.kind}, failures ${state.failures}) then ${then.kind}${next}, ${rest}`;
    }
    case 'blocked':
      return `blocked ${state.target.tunnel} (${state.cause.code}), ${rest}`;
  }
}

function describeEffect(effect: TunnelEffect): string {
  switch (effect.kind) {
    case 'applyFirewall':
      return effect.policy.kind === 'open'
        ? 'open the firewall'
        : `close the firewall (${effect.policy.closure.kind}, ${effect.policy.endpoints.length} endpoints)`;
    case 'storeTarget':
      return `store ${effect.target.kind === 'unprotected' ? 'unprotected' : `protected ${effect.target.tunnel}`}`;
    case 'wakeAfter':
      return `wake after ${effect.seconds} s`;
    case 'awaitHandshake':
      return `await the handshake for ${effect.timeoutSeconds} s`;
    default:
      return effect.kind;
  }
}

/** `+1`: a new effort, to which earlier answers come late. */
function row(name: string, state: TunnelState): string {
  const { state: next, effects } = step(state, happening(name)(state));
  const told = describeState(next);
  const becomes = told === describeState(state) ? 'stays' : told;
  const effort = next.attempt === state.attempt ? '' : ` +${next.attempt - state.attempt}`;
  const numbers = effects.every((effect) => !('attempt' in effect) || effect.attempt === next.attempt)
    ? ''
    : ' (other numbers)';
  const asks = effects.map((effect) => `; ${describeEffect(effect)}`).join('');
  return `  ${name.padEnd(18)} ${becomes}${effort}${asks}${numbers}`;
}

/** Only what moves: whatever is not listed leaves the state as it is and asks for nothing. */
function table(): string {
  const isMoving = (line: string): boolean => !/^ {2}.{18} stays$/.test(line);
  return Object.entries(states)
    .map(([title, state]) => {
      const rows = Object.keys(happenings).map((name) => row(name, state));
      return [`${title}: ${describeState(state)}`, ...rows.filter(isMoving), ''].join('\n');
    })
    .join('\n');
}

describe('every state, and everything that can happen in it', () => {
  it('is as transition-table.txt says', async () => {
    await expect(table()).toMatchFileSnapshot('transition-table.txt');
  });

  it('an answer of an earlier effort moves nothing but what is known of firewall and disk', () => {
    for (const [title, state] of Object.entries(states)) {
      for (const name of Object.keys(happenings)) {
        const event = happening(name)(state);
        if (!('attempt' in event)) continue;
        const { state: next, effects } = step(state, { ...event, attempt: state.attempt - 1 });
        const { firewall, trouble } = next;
        expect({ title, name, next, effects }).toEqual({
          title,
          name,
          next: { ...state, firewall, trouble },
          effects: [],
        });
      }
    }
  });
});
