import { describe, expect, it } from 'vitest';
import type { TunnelEvent } from '#daemon/core/tunnel-event.ts';
import { initialState, step } from '#daemon/core/tunnel-machine.ts';
import { targetFor, targetOf } from '#daemon/core/target.ts';
import type { TunnelState } from '#daemon/core/tunnel-state.ts';
import type { Step } from '#daemon/core/tunnel-transition.ts';
import type { Problem } from '#shared/contract/problem.ts';
import { makeRequest, register, surroundings } from './request.ts';

const request = makeRequest();
const other = makeRequest({ tunnel: 'lab', allowedIps: ['10.0.0.0/8'] });
const AT = 1_800_000_000;
const refusal = problem('registration_revoked');

type Unnumbered = TunnelEvent extends infer Event
  ? Event extends TunnelEvent
    ? Omit<Event, 'attempt'>
    : never
  : never;

/** Plays events; those that complete something carry the attempt of the state they come to. */
function play(from: TunnelState, ...events: readonly Unnumbered[]): Step {
  let last: Step = { state: from, effects: [] };
  for (const event of events)
    last = step(last.state, { attempt: last.state.attempt, ...event } as TunnelEvent);
  return last;
}

const kinds = ({ effects }: Step) => effects.map(({ kind }) => kind);

const down = { kind: 'tunnelTakenDown' } as const;
const up = { kind: 'tunnelBroughtUp' } as const;
const stored = { kind: 'targetStored' } as const;
const closed = { kind: 'firewallApplied', policy: 'closed' } as const;
const opened = { kind: 'firewallApplied', policy: 'open' } as const;
const dnsSet = { kind: 'dnsSet' } as const;
const handshake = { kind: 'handshakeCompleted', at: AT } as const;
const disconnect = { kind: 'disconnectRequested' } as const;
const connect = { kind: 'connectRequested', request } as const;
const lost = {
  kind: 'registrationLost',
  certificateText: request.registration.certificateText,
  refusal,
} as const;

const started = { kind: 'started', target: { kind: 'unprotected' } } as const;
const disconnected = play(initialState(surroundings), started, down, opened).state;
const closing = play(disconnected, connect).state;
const configuring = play(closing, stored, closed).state;
const waiting = play(configuring, up).state;
const connected = play(waiting, dnsSet, handshake).state;

describe('connect', () => {
  it('closes the firewall and stores the target before anything else', () => {
    const asked = play(disconnected, connect);
    expect(kinds(asked)).toEqual(['applyFirewall', 'storeTarget']);
    expect(asked.effects[0]).toMatchObject({ policy: { kind: 'closed', closure: { kind: 'everything' } } });
    expect(asked.effects[1]).toMatchObject({ target: { kind: 'protected', owner: 1000, tunnel: 'office' } });
  });

  it.each([
    ['firewall, then target', [closed, stored]],
    ['target, then firewall', [stored, closed]],
  ])('brings the tunnel up after both: %s', (_name, [first, second]) => {
    const half = play(closing, first as Unnumbered);
    expect(kinds(half)).toEqual([]);
    const both = play(half.state, second as Unnumbered);
    expect(both.effects).toMatchObject([{ kind: 'bringTunnelUp', registration: request.registration }]);
  });

  it('sets DNS while it waits for the handshake, and is connected after both', () => {
    expect(kinds(play(configuring, up))).toEqual(['awaitHandshake', 'setDns']);
    expect(play(waiting, handshake).state.kind).toBe('connecting');
    expect(play(waiting, handshake, dnsSet).state).toMatchObject({ kind: 'connected', since: AT });
    expect(play(waiting, dnsSet, handshake).state).toMatchObject({ kind: 'connected', since: AT });
  });

  it('does not set DNS where the tunnel has none', () => {
    const plain = makeRequest({ dnsServers: [] });
    const reached = play(disconnected, { kind: 'connectRequested', request: plain }, stored, closed, up);
    expect(kinds(reached)).toEqual(['awaitHandshake']);
    expect(play(reached.state, handshake).state.kind).toBe('connected');
  });

  it('sets search domains also where there is no name server', () => {
    const searching = makeRequest({ dnsServers: [], searchDomains: ['corp.example'] });
    const reached = play(disconnected, { kind: 'connectRequested', request: searching }, stored, closed, up);
    expect(kinds(reached)).toEqual(['awaitHandshake', 'setDns']);
    expect(play(reached.state, handshake).state.kind).toBe('connecting');
  });

  it('to another tunnel takes the running one down first, behind its own firewall', () => {
    const switching = play(connected, { kind: 'connectRequested', request: other });
    expect(kinds(switching)).toEqual(['takeTunnelDown', 'storeTarget']);
    expect(switching.state).toMatchObject({ kind: 'disconnecting', then: { kind: 'connecting' } });
    const next = play(switching.state, down);
    expect(next.effects[0]).toMatchObject({
      kind: 'applyFirewall',
      policy: { closure: { kind: 'networks' } },
    });
    expect(next.state).toMatchObject({ kind: 'connecting', request: other });
  });

  it('out of blocked begins anew', () => {
    const blocked = play(waiting, { kind: 'handshakeTimedOut' }, closed, down).state;
    expect(kinds(play(blocked, connect))).toEqual(['applyFirewall', 'storeTarget']);
  });
});

describe('what does not come up leaves traffic blocked', () => {
  it.each([
    [
      'the firewall',
      closing,
      { kind: 'firewallFailed', problem: problem('firewall_failed') },
      'firewall_failed',
    ],
    ['the disk', closing, { kind: 'targetStoreFailed', problem: problem('store_failed') }, 'store_failed'],
  ] as const)('%s: no tunnel was there', (_name, state, event, code) => {
    const failed = play(state, event);
    expect(failed.state).toMatchObject({ kind: 'blocked', cause: { code } });
    expect(failed.effects).toMatchObject([
      { kind: 'applyFirewall', policy: { kind: 'closed', endpoints: [] } },
    ]);
  });

  it.each([
    [
      'a route',
      configuring,
      { kind: 'tunnelFailed', problem: problem('set_routes_failed') },
      'set_routes_failed',
    ],
    ['DNS', waiting, { kind: 'dnsFailed', problem: problem('set_dns_failed') }, 'set_dns_failed'],
    ['the handshake', waiting, { kind: 'handshakeTimedOut' }, 'handshake_timed_out'],
  ] as const)('%s: what stands of the tunnel is cut off and taken down', (_name, state, event, code) => {
    const failed = play(state, event);
    expect(failed.effects).toMatchObject([
      { kind: 'applyFirewall', policy: { kind: 'closed', endpoints: [] } },
    ]);
    expect(kinds(play(failed.state, closed))).toEqual(['takeTunnelDown']);
    expect(play(failed.state, closed, down).state).toMatchObject({ kind: 'blocked', cause: { code } });
  });

  it('a blocked firewall that could not be changed is tried again', () => {
    const blocked = play(closing, { kind: 'targetStoreFailed', problem: problem('store_failed') }).state;
    const failed = play(blocked, { kind: 'firewallFailed', problem: problem('firewall_failed') });
    expect(failed.state).toMatchObject({
      kind: 'blocked',
      firewall: 'unknown',
      trouble: { code: 'firewall_failed' },
    });
    expect(kinds(failed)).toEqual(['wakeAfter']);
    expect(kinds(play(failed.state, { kind: 'woke' }))).toEqual(['applyFirewall']);
    const recovered = play(failed.state, { kind: 'woke' }, closed).state;
    expect(recovered).toMatchObject({ kind: 'blocked', firewall: 'closed', trouble: null });
  });
});

describe('disconnect', () => {
  it('takes the tunnel down, then opens the firewall', () => {
    const asked = play(connected, disconnect);
    expect(kinds(asked)).toEqual(['takeTunnelDown', 'storeTarget']);
    expect(asked.effects[1]).toMatchObject({ target: { kind: 'unprotected' } });
    const gone = play(asked.state, down);
    expect(gone.effects).toMatchObject([{ kind: 'applyFirewall', policy: { kind: 'open' } }]);
    expect(play(gone.state, opened).state).toMatchObject({ kind: 'disconnected', firewall: 'open' });
  });

  it('keeps the firewall closed as long as the tunnel does not go, and tries again', () => {
    const cause = problem('take_down_failed');
    let state = play(connected, disconnect).state;
    for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
      const failed = play(state, { kind: 'tunnelTakeDownFailed', problem: cause });
      expect(failed.effects).toMatchObject([{ kind: 'wakeAfter', seconds }]);
      expect(failed.state).toMatchObject({ kind: 'disconnecting', trouble: { code: 'take_down_failed' } });
      const again = play(failed.state, { kind: 'woke' });
      expect(kinds(again)).toEqual(['takeTunnelDown']);
      state = again.state;
    }
    expect(play(state, down, opened).state).toMatchObject({ kind: 'disconnected', trouble: null });
  });

  it('asked again while the next try waits tries at once', () => {
    const stuck = play(connected, disconnect, { kind: 'tunnelTakeDownFailed', problem: problem('x') }).state;
    expect(kinds(play(stuck, disconnect))).toEqual(['takeTunnelDown', 'storeTarget']);
  });

  it('leaves blocked without touching a tunnel that is not there', () => {
    const blocked = play(waiting, { kind: 'handshakeTimedOut' }, closed, down).state;
    expect(kinds(play(blocked, disconnect))).toEqual(['applyFirewall', 'storeTarget']);
    expect(play(blocked, disconnect, opened).state.kind).toBe('disconnected');
  });

  it('when disconnected asks for nothing', () => {
    expect(play(disconnected, disconnect)).toEqual({ state: disconnected, effects: [] });
  });
});

describe('losing validity', () => {
  it('cuts the tunnel off, takes it down and stays blocked for that reason', () => {
    const cut = play(connected, lost);
    expect(cut.effects).toMatchObject([{ kind: 'applyFirewall', policy: { kind: 'closed', endpoints: [] } }]);
    expect(kinds(play(cut.state, closed))).toEqual(['takeTunnelDown']);
    expect(play(cut.state, closed, down).state).toMatchObject({ kind: 'blocked', cause: refusal });
  });

  it('takes the tunnel down even when the firewall fails', () => {
    const cut = play(connected, lost, { kind: 'firewallFailed', problem: problem('firewall_failed') });
    expect(kinds(cut)).toEqual(['takeTunnelDown']);
    // Until a firewall that could not be closed is closed, that is still told.
    const blocked = play(cut.state, down).state;
    expect(blocked).toMatchObject({ kind: 'blocked', trouble: problem('firewall_failed') });
    expect(play(blocked, closed).state.trouble).toBeNull();
  });

  it('of a certificate that has been replaced moves nothing', () => {
    const registration = register(request.registration.configuration);
    const renewed = play(connected, { kind: 'registrationReplaced', registration });
    expect(renewed).toMatchObject({ state: { kind: 'connected', request: { registration } }, effects: [] });
    expect(play(renewed.state, lost)).toEqual({ state: renewed.state, effects: [] });
  });

  it('of a tunnel that waits for another to go means it is not brought up', () => {
    const switching = play(connected, { kind: 'connectRequested', request: other }).state;
    const { certificateText } = other.registration;
    const blocked = play(switching, { kind: 'registrationLost', certificateText, refusal }, down).state;
    expect(blocked).toMatchObject({ kind: 'blocked', target: { tunnel: 'lab' }, cause: refusal });
  });

  it('of a tunnel that is on its way out, to come again, makes it mute at once: it may take long to go', () => {
    const again = play(connected, { kind: 'connectRequested', request }).state;
    const leaving = play(again, lost);
    expect(leaving.effects).toMatchObject([
      { kind: 'applyFirewall', policy: { kind: 'closed', endpoints: [] } },
      { kind: 'storeTarget' },
    ]);
    expect(play(leaving.state, closed, down).state).toMatchObject({ kind: 'blocked', cause: refusal });
  });
});

describe('an interface that vanishes', () => {
  it('is made again behind the closed firewall', () => {
    const vanished = play(connected, { kind: 'interfaceVanished', at: AT + 60 });
    expect(kinds(vanished)).toEqual(['takeTunnelDown']);
    const again = play(vanished.state, down, stored, closed);
    expect(again.effects).toMatchObject([{ kind: 'bringTunnelUp', registration: request.registration }]);
  });

  it('right after connecting is not chased in circles', () => {
    const vanished = play(connected, { kind: 'interfaceVanished', at: AT + 1 }, closed, down).state;
    expect(vanished).toMatchObject({ kind: 'blocked', cause: { code: 'tunnel_vanished' } });
  });
});

describe('start', () => {
  it('follows a state in which nothing stands and nothing is known of the firewall', () => {
    expect(initialState(surroundings)).toMatchObject({
      kind: 'disconnected',
      firewall: 'unknown',
      trouble: null,
    });
  });

  it('after a crash closes the firewall first, removes what is left, and waits for credentials', () => {
    const target = targetFor(other);
    const began = play(initialState(surroundings), { kind: 'started', target });
    expect(began.effects).toMatchObject([
      { kind: 'applyFirewall', policy: { kind: 'closed', closure: target.closure, endpoints: [] } },
    ]);
    expect(kinds(play(began.state, closed))).toEqual(['takeTunnelDown']);
    const blocked = play(began.state, closed, down).state;
    expect(blocked).toMatchObject({ kind: 'blocked', cause: { code: 'needs_credentials' } });
    expect(targetOf(blocked)).toEqual(target);
  });

  it('says another reason where there is one', () => {
    const cause = problem('state_corrupt');
    const began = play(initialState(surroundings), { kind: 'started', target: targetFor(request), cause });
    expect(play(began.state, closed, down).state).toMatchObject({ kind: 'blocked', cause });
  });

  it('unprotected removes what is left, then opens', () => {
    const began = play(initialState(surroundings), started);
    expect(kinds(began)).toEqual(['takeTunnelDown']);
    expect(kinds(play(began.state, down))).toEqual(['applyFirewall']);
    expect(disconnected).toMatchObject({ kind: 'disconnected', firewall: 'open' });
  });
});

describe('what comes late', () => {
  it.each([up, dnsSet, handshake, down, stored, { kind: 'handshakeTimedOut' }, { kind: 'woke' }] as const)(
    '$kind of an earlier attempt moves nothing',
    (event) => {
      for (const state of [disconnected, closing, configuring, waiting, connected]) {
        const attempt = state.attempt - 1;
        expect(step(state, { ...event, attempt })).toEqual({ state, effects: [] });
      }
    },
  );
});

describe('changed surroundings', () => {
  it('change the firewall of a tunnel that runs, and no more', () => {
    const fetcher = { uid: 981, origins: [], resolvers: [] };
    const event = { kind: 'surroundingsChanged', surroundings: { ...surroundings, fetcher } } as const;
    expect(play(connected, event).effects).toMatchObject([{ kind: 'applyFirewall', policy: { fetcher } }]);
    expect(play(disconnected, event).effects).toEqual([]);
  });
});

function problem(code: string): Problem {
  return { kind: 'daemon', code, reason: 'A reason.', nextAction: 'An action.' };
}
