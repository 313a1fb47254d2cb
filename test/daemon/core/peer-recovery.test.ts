import { describe, expect, it } from 'vitest';
import { firewallPolicyFor } from '#daemon/core/firewall-policy.ts';
import type { TunnelEvent } from '#daemon/core/tunnel-event.ts';
import { initialState, step } from '#daemon/core/tunnel-machine.ts';
import type { StateOf, TroubledPeer, TunnelState } from '#daemon/core/tunnel-state.ts';
import type { Step } from '#daemon/core/tunnel-transition.ts';
import type { Problem } from '#shared/contract/problem.ts';
import { makeRequest, surroundings } from './request.ts';

const AT = 1_800_000_000;
const FIRST = '203.0.113.2';
const SECOND = '203.0.113.9';
const request = makeRequest({ allowedIps: ['10.1.0.0/16'], secondAllowedIps: ['10.2.0.0/16'] });
const [one, two] = request.peers.map(({ publicKey }) => publicKey);
if (one === undefined || two === undefined) throw new Error('two peers');
const other = makeRequest({ tunnel: 'lab' });
const failure: Problem = { kind: 'daemon', code: 'configure_device_failed', reason: 'R.', nextAction: 'N.' };

type Unnumbered<Event> = Event extends unknown ? Omit<Event, 'attempt' | 'round'> : never;

/** Plays events; those that complete something carry the number of the state they come to. */
function play(from: TunnelState, ...events: readonly Unnumbered<TunnelEvent>[]): Step {
  let last: Step = { state: from, effects: [] };
  for (const event of events) {
    const { attempt, rounds: round } = last.state;
    last = step(last.state, Object.assign({ attempt, round }, event));
  }
  return last;
}

function connectedOf({ state }: Step): StateOf<'connected'> {
  if (state.kind !== 'connected') throw new Error(`expected connected, found ${state.kind}`);
  return state;
}

const kinds = ({ effects }: Step) => effects.map(({ kind }) => kind);
const allowed = (found: Step) => {
  const policy = firewallPolicyFor(found.state, surroundings);
  return policy.kind === 'closed' ? policy.endpoints.map(({ address }) => address) : 'open';
};

const closed = { kind: 'firewallApplied', policy: 'closed' } as const;
const connected = play(
  initialState(surroundings),
  { kind: 'started', target: { kind: 'unprotected' } },
  { kind: 'tunnelTakenDown' },
  { kind: 'firewallApplied', policy: 'open' },
  { kind: 'connectRequested', request },
  { kind: 'targetStored' },
  closed,
  { kind: 'tunnelBroughtUp' },
  { kind: 'dnsSet' },
  { kind: 'handshakeCompleted', at: AT },
).state;

const silent: TroubledPeer = { kind: 'silent', publicKey: one, since: AT };
const trouble = (...troubled: readonly TroubledPeer[]) =>
  ({ kind: 'troubledPeersChanged', troubled }) as const;
const found = (addresses: readonly string[], publicKey = one) =>
  ({ kind: 'peersResolved', found: [{ publicKey, addresses }], fraction: 0 }) as const;
const moved = { kind: 'peersMoved', fraction: 0 } as const;
const due = { kind: 'roundDue' } as const;

describe('a peer that falls silent', () => {
  it('is looked for under its registered name, and the tunnel stays connected and closed', () => {
    const looking = play(connected, trouble(silent));
    expect(looking.effects).toEqual([
      {
        kind: 'resolvePeers',
        round: 1,
        peers: [
          {
            publicKey: one,
            endpoint: expect.objectContaining({ host: { kind: 'name', value: 'vpn.example.com' } }),
          },
        ],
      },
    ]);
    expect(connectedOf(looking).request).toEqual(request);
  });

  it('is allowed by the firewall at its new address, then called there, then the old address is closed', () => {
    const allowing = play(connected, trouble(silent), found(['203.0.113.3']));
    expect(kinds(allowing)).toEqual(['applyFirewall']);
    expect(allowed(allowing)).toEqual([FIRST, SECOND, '203.0.113.3']);
    const moving = play(allowing.state, closed);
    expect(moving.effects).toMatchObject([
      { kind: 'movePeers', peers: [{ publicKey: one, address: '203.0.113.3', port: 51_820 }] },
    ]);
    const there = play(moving.state, moved);
    expect(kinds(there)).toEqual(['applyFirewall', 'waitForRound']);
    expect(allowed(there)).toEqual(['203.0.113.3', SECOND]);
    expect(connectedOf(there).request.peers).toMatchObject([{ address: '203.0.113.3' }, { address: SECOND }]);
  });

  it('of many addresses is called at the next one each round, however the name server shuffles them', () => {
    const addresses = [FIRST, '203.0.113.1', '2001:db8::2'];
    let state = play(connected, trouble(silent)).state;
    const called: string[] = [];
    for (let round = 0; round < 6; round += 1) {
      const shuffled = [...addresses.slice(round % 3), ...addresses.slice(0, round % 3)];
      const there = play(state, found(shuffled), closed, moved);
      called.push(connectedOf(there).request.peers[0]?.address ?? '');
      state = play(there.state, closed, due).state;
    }
    expect(called.slice(0, 3).toSorted()).toEqual(addresses.toSorted());
    expect(called.slice(3)).toEqual(called.slice(0, 3));
  });

  it('of two addresses that always come in the same order is called at one, then at the other', () => {
    const there = play(connected, trouble(silent), found([FIRST, '203.0.113.3']), closed, moved);
    expect(connectedOf(there).request.peers[0]).toMatchObject({ address: '203.0.113.3' });
  });

  it('whose name has moved altogether is called where it points first', () => {
    const there = play(connected, trouble(silent), found(['203.0.113.8', '203.0.113.3']), closed, moved);
    expect(connectedOf(there).request.peers[0]).toMatchObject({ address: '203.0.113.8' });
  });

  it('whose name points where it is, or nowhere, stays there, and nothing is touched', () => {
    for (const addresses of [[], [FIRST]])
      expect(kinds(play(connected, trouble(silent), found(addresses)))).toEqual(['waitForRound']);
  });

  it('is looked for again later, and later still each time, with jitter', () => {
    const seconds: unknown[] = [];
    let state = play(connected, trouble(silent)).state;
    for (let round = 0; round < 7; round += 1) {
      const waiting = play(state, { ...found([]), fraction: round === 6 ? 0.5 : 0 });
      seconds.push(waiting.effects.map((effect) => 'seconds' in effect && effect.seconds)[0]);
      state = play(waiting.state, due).state;
    }
    expect(seconds).toEqual([15, 30, 60, 120, 240, 300, 262.5]);
  });

  it('that answers again ends the recovery with its round', () => {
    const waiting = play(connected, trouble(silent), found([]), trouble());
    expect(waiting.effects).toEqual([]);
    const over = play(waiting.state, due);
    expect(over.effects).toEqual([]);
    expect(connectedOf(over).recovery).toBeNull();
  });

  it('that answers while the firewall is changed for it stays where it is', () => {
    const moving = play(connected, trouble(silent), found(['203.0.113.3']), trouble(), closed);
    expect(moving.effects).toMatchObject([{ kind: 'movePeers', peers: [] }]);
    const there = play(moving.state, moved);
    expect(connectedOf(there).request.peers).toEqual(request.peers);
    expect(allowed(there)).toEqual([FIRST, SECOND]);
  });

  it('is not called before the firewall lets the packets out', () => {
    const failed = play(connected, trouble(silent), found(['203.0.113.3']), {
      kind: 'firewallFailed',
      problem: failure,
    });
    expect(kinds(failed)).toEqual(['wakeAfter']);
    const again = play(failed.state, { kind: 'woke' });
    expect(kinds(again)).toEqual(['applyFirewall']);
    expect(kinds(play(again.state, closed))).toEqual(['movePeers']);
  });

  it('that the device could not be told of stays where it is for this round', () => {
    const failed = play(connected, trouble(silent), found(['203.0.113.3']), closed, {
      kind: 'peersNotMoved',
      problem: failure,
      fraction: 0,
    });
    expect(kinds(failed)).toEqual(['applyFirewall', 'waitForRound']);
    expect(allowed(failed)).toEqual([FIRST, SECOND]);
    expect(failed.state.trouble).toEqual(failure);
    const better = play(failed.state, closed, due, found(['203.0.113.3']), closed, moved);
    expect(better.state.trouble).toBeNull();
  });

  it('beside one that is well: only the silent one moves', () => {
    const there = play(connected, trouble({ ...silent, publicKey: two }), found(['203.0.113.10'], two));
    const { peers } = connectedOf(play(there.state, closed, moved)).request;
    expect(peers).toMatchObject([
      { publicKey: one, address: FIRST },
      { publicKey: two, address: '203.0.113.10' },
    ]);
  });

  it('is called where its own name points, whatever was found for another peer', () => {
    const both = {
      ...found([]),
      found: [
        { publicKey: two, addresses: ['203.0.113.10'] },
        { publicKey: one, addresses: ['203.0.113.3'] },
      ],
    };
    const there = play(connected, trouble(silent), both, closed, moved);
    expect(connectedOf(there).request.peers[0]).toMatchObject({ address: '203.0.113.3' });
  });

  it('and is none of the tunnel’s moves nobody', () => {
    const stranger = other.peers.map(({ publicKey }) => publicKey)[0] ?? one;
    const waiting = play(
      connected,
      trouble({ ...silent, publicKey: stranger }),
      found(['203.0.113.3'], stranger),
    );
    expect(kinds(waiting)).toEqual(['waitForRound']);
  });

  it('and is moved does not hide that the firewall could not be changed meanwhile', () => {
    const moving = play(connected, trouble(silent), found(['203.0.113.3']), closed).state;
    const failed = { kind: 'firewallFailed', problem: failure } as const;
    const there = play(moving, { kind: 'surroundingsChanged', surroundings }, failed, moved);
    expect(there.state.trouble).toEqual(failure);
  });

  it('is looked for at once when the network changes, and patience begins anew', () => {
    const waiting = play(connected, trouble(silent), found([]), due, found([]), due, found([]));
    expect(waiting.effects).toMatchObject([{ kind: 'waitForRound', seconds: 60 }]);
    const awake = play(waiting.state, { kind: 'networkChanged' });
    expect(kinds(awake)).toEqual(['resolvePeers']);
    expect(play(awake.state, found([])).effects).toMatchObject([{ kind: 'waitForRound', seconds: 15 }]);
  });
});

it('a peer in trouble means nothing to whoever is not connected', () => {
  const gone = play(connected, { kind: 'disconnectRequested' }).state;
  expect(play(gone, trouble(silent))).toEqual({ state: gone, effects: [] });
});

describe('a peer that strays', () => {
  const strayed = (address: string, port = 51_820): TroubledPeer => ({
    kind: 'strayed',
    publicKey: one,
    to: { address, port },
  });
  const end = (troubled: TroubledPeer, addresses: readonly string[]) =>
    play(connected, trouble(troubled), found(addresses), closed).effects;

  it('is followed to an address that its registered name has', () => {
    expect(end(strayed('203.0.113.3'), [FIRST, '203.0.113.3'])).toMatchObject([
      { kind: 'movePeers', peers: [{ address: '203.0.113.3', port: 51_820 }] },
    ]);
  });

  it.each([
    ['to where no name points', strayed('192.0.2.66'), [FIRST]],
    ['to another port', strayed(FIRST, 4500), [FIRST]],
    ['to another address of its name at another port', strayed('203.0.113.3', 4500), [FIRST, '203.0.113.3']],
    ['while its name has no address', strayed('192.0.2.66'), []],
  ])('%s is called back', (_name, troubled, addresses) => {
    expect(end(troubled, addresses)).toMatchObject([
      { kind: 'movePeers', peers: [{ address: FIRST, port: 51_820 }] },
    ]);
  });

  it('to where no name points, while its name points elsewhere than before, is called there', () => {
    expect(end(strayed('192.0.2.66'), ['203.0.113.3'])).toMatchObject([
      { kind: 'movePeers', peers: [{ address: '203.0.113.3' }] },
    ]);
  });

  it('and the firewall never lets a packet out to where it strayed', () => {
    expect(allowed(play(connected, trouble(strayed('192.0.2.66')), found([FIRST])))).not.toContain(
      '192.0.2.66',
    );
  });
});

describe('a peer that cannot be reached from the network of today', () => {
  const unreachable = (own: string): TroubledPeer => ({ kind: 'unreachable', publicKey: one, own: [own] });

  it('is called at an address of the kind that there is', () => {
    const addresses = [FIRST, '203.0.113.3', '2001:db8::2', '2001:db8::3'];
    const found6 = play(connected, trouble(unreachable('2001:db8:1::2')), found(addresses), closed);
    expect(found6.effects).toMatchObject([{ kind: 'movePeers', peers: [{ address: '2001:db8::2' }] }]);
    const four = play(connected, trouble(unreachable('198.51.100.2')), found(addresses));
    expect(kinds(four)).toEqual(['waitForRound']);
  });

  it('stays where it is when its name has none of that kind', () => {
    expect(kinds(play(connected, trouble(unreachable('2001:db8:1::2')), found([FIRST])))).toEqual([
      'waitForRound',
    ]);
  });
});

describe('another network', () => {
  const told = play(connected, { kind: 'networkChanged' });

  it('has the device told once more where its peers are, so that it sends from an address that there is', () => {
    expect(told.effects).toEqual([{ kind: 'movePeers', peers: request.peers, round: 1 }]);
    const done = play(told.state, moved, closed, due);
    expect(done.state).toMatchObject({ kind: 'connected', request, recovery: null });
  });

  it('soon after another is told of too', () => {
    const again = play(told.state, moved, { kind: 'networkChanged' });
    expect(again.effects).toEqual([{ kind: 'movePeers', peers: request.peers, round: 2 }]);
  });

  it('in which a peer falls silent is no reason to wait', () => {
    const silentNow = play(told.state, moved, trouble(silent), { kind: 'networkChanged' });
    expect(kinds(silentNow)).toEqual(['resolvePeers']);
  });

  it('means nothing to whoever is not connected', () => {
    const gone = play(connected, { kind: 'disconnectRequested' }).state;
    expect(play(gone, { kind: 'networkChanged' })).toEqual({ state: gone, effects: [] });
  });
});

describe('during a recovery', () => {
  const looking = play(connected, trouble(silent)).state;
  const moving = play(looking, found(['203.0.113.3']), closed).state;

  it('changed surroundings change the firewall, and the recovery goes on', () => {
    const fetcher = { uid: 981, origins: [], resolvers: [] };
    const changed = { kind: 'surroundingsChanged', surroundings: { ...surroundings, fetcher } } as const;
    expect(kinds(play(looking, changed))).toEqual(['applyFirewall']);
    expect(kinds(play(looking, changed, closed, found(['203.0.113.3']), closed))).toEqual(['movePeers']);
    expect(kinds(play(moving, changed, closed, moved))).toEqual(['applyFirewall', 'waitForRound']);
  });

  it('disconnecting, another tunnel and losing the registration go before', () => {
    const { certificateText } = request.registration;
    for (const state of [looking, moving]) {
      expect(kinds(play(state, { kind: 'disconnectRequested' }))[0]).toBe('takeTunnelDown');
      expect(kinds(play(state, { kind: 'connectRequested', request: other }))[0]).toBe('takeTunnelDown');
      const lost = play(state, { kind: 'registrationLost', certificateText, refusal: failure });
      expect(lost.effects).toMatchObject([{ kind: 'applyFirewall', policy: { endpoints: [] } }]);
    }
  });

  it('answers of another round, or once the tunnel is gone, move nothing', () => {
    const gone = play(moving, { kind: 'disconnectRequested' }).state;
    for (const state of [looking, moving, gone, connected]) {
      for (const event of [found(['203.0.113.3']), moved, due]) {
        const round = state === gone ? state.rounds : state.rounds + 1;
        expect(step(state, { ...event, round })).toEqual({ state, effects: [] });
      }
    }
  });

  it('answers that fit no stage move nothing', () => {
    expect(play(looking, moved)).toEqual({ state: looking, effects: [] });
    expect(play(looking, due)).toEqual({ state: looking, effects: [] });
    expect(play(moving, found([FIRST]))).toEqual({ state: moving, effects: [] });
    const notMoved = { kind: 'peersNotMoved', problem: failure, fraction: 0 } as const;
    expect(play(looking, notMoved)).toEqual({ state: looking, effects: [] });
  });

  it('a recovery that follows another has a round of its own', () => {
    const first = play(connected, trouble(silent), found([]), trouble(), due).state;
    expect(play(first, trouble(silent)).effects).toMatchObject([{ kind: 'resolvePeers', round: 2 }]);
  });

  it('another network is heard of as soon as the round is done, and patience begins anew', () => {
    const late = play(looking, found([]), due, found([]), due).state;
    const changed = play(late, { kind: 'networkChanged' });
    expect(changed.effects).toEqual([]);
    const next = play(changed.state, found([]));
    expect(kinds(next)).toEqual(['resolvePeers']);
    // Once: the next round waits as long as a first one does.
    expect(play(next.state, found([])).effects).toMatchObject([{ kind: 'waitForRound', seconds: 15 }]);
  });

  it('another network is heard of also when the device was just told', () => {
    const told = play(moving, { kind: 'networkChanged' }, moved);
    expect(kinds(told)).toEqual(['applyFirewall', 'resolvePeers']);
    expect(connectedOf(told).request.peers).toContainEqual({
      ...{ publicKey: one, address: '203.0.113.3', port: 51_820 },
    });
    // Nobody is in trouble any more: only the address of ours that the device sends from may be gone.
    const well = play(moving, { kind: 'networkChanged' }, trouble(), moved);
    expect(well.effects).toMatchObject([
      { kind: 'applyFirewall' },
      { kind: 'movePeers', peers: connectedOf(well).request.peers },
    ]);
    expect(play(well.state, moved, closed, due).state).toMatchObject({ kind: 'connected', recovery: null });
  });
});
