import { describe, expect, it } from 'vitest';
import { nextState, transitions, type Action } from '#gateway/case/transition.ts';
import { registrationStates } from '#shared/contract/gateway-contract.ts';

const states = [null, ...registrationStates];
const actions: readonly Action[] = ['submit', 'attest', 'reject', 'revoke'];

describe('transitions of a case', () => {
  it('lead from every open state to a decision, by a reviewer alone', () => {
    for (const from of ['submitted', 'filed_with_authority', 'verifying', 'needs_information'] as const) {
      expect(nextState('attest', from, 'reviewer')).toBe('attested');
      expect(nextState('reject', from, 'reviewer')).toBe('rejected');
      expect(nextState('attest', from, 'device')).toBeUndefined();
    }
  });

  it('revoke only what was attested', () => {
    const revocable = states.filter((from) => nextState('revoke', from, 'reviewer') !== undefined);
    expect(revocable).toEqual(['attested', 'suspended']);
  });

  it('lead nowhere from a final state', () => {
    for (const from of ['rejected', 'withdrawn', 'revoked', 'ended'] as const) {
      for (const action of actions) {
        expect(nextState(action, from, 'reviewer')).toBeUndefined();
        expect(nextState(action, from, 'device')).toBeUndefined();
      }
    }
  });

  it('name each action once, so that one lookup decides', () => {
    expect(transitions.map(({ action }) => action)).toEqual(actions);
  });
});
