import { describe, expect, it } from 'vitest';
import { step } from '#daemon/core/tunnel-machine.ts';
import type { Step } from '#daemon/core/tunnel-transition.ts';
import { campaign, events, faults as faultNames, places, tooRare } from './play.ts';

const EVENTS = 16_000;
const TIMEOUT_MILLISECONDS = 60_000;

/** Small; `tunnel-machine.integration.test.ts` plays a million events. `SEED=7` plays others. */
describe.each([
  ['where nothing fails', 0],
  ['where something fails now and then', 0.03],
  ['where every fifth thing fails', 0.2],
])('the tunnel machine in a world %s', (_name, faults) => {
  it('keeps every promise and never contradicts the reference', { timeout: TIMEOUT_MILLISECONDS }, () => {
    const seen = campaign({ events: EVENTS, faults });
    expect(tooRare(seen, ['connected'], EVENTS * (faults > 0.1 ? 0.003 : 0.02))).toEqual([]);
    const kinds = ['disconnected', 'disconnecting', 'connecting', 'blocked', 'trouble', 'move'];
    expect(tooRare(seen, kinds, 10)).toEqual([]);
    if (faults === 0) return;
    expect(tooRare(seen, ['fault'], EVENTS * faults * 0.2)).toEqual([]);
    expect(tooRare(seen, [...places, ...events, ...faultNames], 1)).toEqual([]);
  });
});

/** Machines with one mistake each. A reference that let one pass would be none. */
describe('the reference notices a machine that', () => {
  const changed = (change: (after: Step, before: Parameters<typeof step>) => Step): typeof step => {
    return (...before) => change(step(...before), before);
  };

  it.each<[string, typeof step]>([
    [
      'opens the firewall when the registration is lost',
      changed((after, [, event]) =>
        event.kind === 'registrationLost' ? withPolicies(after, { kind: 'open' }) : after,
      ),
    ],
    [
      'leaves the endpoint allowed when the registration is lost',
      changed((after, [before, event]) => {
        if (event.kind !== 'registrationLost' || before.kind !== 'connected') return after;
        return withPolicies(after, { endpoints: before.request.peers });
      }),
    ],
    [
      'says that it is connected when nothing stands',
      changed((after, [before]) =>
        after.state.kind === 'disconnecting' && before.kind === 'connected'
          ? { state: before, effects: [] }
          : after,
      ),
    ],
    [
      'forgets whose tunnel it was',
      changed((after) =>
        after.state.kind === 'blocked'
          ? { ...after, state: { ...after.state, target: { ...after.state.target, tunnel: 'another' } } }
          : after,
      ),
    ],
    [
      'believes its firewall closed though closing it failed',
      changed((after, [, event]) =>
        event.kind === 'firewallFailed' ? { ...after, state: { ...after.state, firewall: 'closed' } } : after,
      ),
    ],
    [
      'closes only what another tunnel is about',
      changed((after) =>
        after.state.kind === 'connecting'
          ? withPolicies(after, { closure: { kind: 'networks', networks: [], dnsServers: [] } })
          : after,
      ),
    ],
    [
      'blocks for a reason that nobody gave',
      changed((after) =>
        after.state.kind === 'blocked'
          ? { ...after, state: { ...after.state, cause: { ...after.state.cause, code: 'another' } } }
          : after,
      ),
    ],
    [
      'gives up protection that was wished before a crash',
      changed((after, [, event]) =>
        event.kind === 'started'
          ? {
              ...after,
              state: {
                kind: 'disconnected',
                attempt: after.state.attempt,
                rounds: after.state.rounds,
                firewall: after.state.firewall,
                surroundings: after.state.surroundings,
                trouble: null,
              },
            }
          : after,
      ),
    ],
  ])('%s', (_, mistaken) => {
    expect(() => campaign({ events: EVENTS, faults: 0.1, step: mistaken })).toThrow(/^SEED=/);
  });
});

type Closed = Extract<
  Extract<Step['effects'][number], { kind: 'applyFirewall' }>['policy'],
  { kind: 'closed' }
>;

/** The same step with another policy in the place of a closed one. */
function withPolicies({ state, effects }: Step, change: { readonly kind: 'open' } | Partial<Closed>): Step {
  return {
    state,
    effects: effects.map((effect) => {
      if (effect.kind !== 'applyFirewall' || effect.policy.kind === 'open') return effect;
      const policy =
        change.kind === 'open' ? change : { ...effect.policy, ...change, kind: 'closed' as const };
      return { ...effect, policy };
    }),
  };
}
