import { describe, expect, it } from 'vitest';
import { actorRoles, nextState, transitions, type Action } from '#gateway/case/transition.ts';
import {
  registrationStates,
  reviewerActions,
  type RegistrationState,
} from '#shared/contract/gateway-contract.ts';

const states = [null, ...registrationStates];
const actions: readonly Action[] = [...new Set(transitions.map(({ action }) => action))];
const open = ['submitted', 'filed_with_authority', 'verifying', 'needs_information'] as const;
const over = ['rejected', 'withdrawn', 'revoked', 'ended'] as const;

function statesFrom(action: Action, by: (typeof actorRoles)[number]) {
  return states.filter((from) => nextState(action, from, by) !== undefined);
}

describe('transitions of a case', () => {
  it('lead from every open state to a decision, by a reviewer alone', () => {
    for (const from of open) {
      expect(nextState('attest', from, 'reviewer')).toBe('attested');
      expect(nextState('reject', from, 'reviewer')).toBe('rejected');
      expect(nextState('attest', from, 'device')).toBeUndefined();
    }
  });

  it('revoke only what was attested', () => {
    expect(statesFrom('revoke', 'reviewer')).toEqual(['attested', 'suspended']);
  });

  it('lead nowhere from a final state, for nobody', () => {
    for (const from of over) {
      for (const action of actions) {
        for (const by of actorRoles) expect(nextState(action, from, by)).toBeUndefined();
      }
    }
  });

  it('let a suspension be taken back, and nothing else be', () => {
    expect(nextState('suspend', 'attested', 'reviewer')).toBe('suspended');
    expect(nextState('reinstate', 'suspended', 'reviewer')).toBe('attested');
    const back = states.filter((from) => from !== 'suspended' && nextState('reinstate', from, 'reviewer'));
    expect(back).toEqual([]);
  });

  it('keep a suspended case suspended when it is renewed', () => {
    expect(nextState('renew', 'suspended', 'reviewer')).toBe('suspended');
  });

  it('give certificates, and let amend, while attested and never else', () => {
    expect(statesFrom('certificate', 'device')).toEqual(['attested']);
    expect(statesFrom('amend', 'device')).toEqual(['attested']);
  });

  it('lead into needs_information by a question alone, and out of it by an answer', () => {
    const asking = transitions.filter(({ to }) => to === 'needs_information');
    expect(asking.map(({ action }) => action)).toEqual(['ask']);
    expect(nextState('answer', 'needs_information', 'device')).toBe('submitted');
    expect(statesFrom('answer', 'device')).toEqual(['needs_information']);
  });

  it('end what is withdrawn: an open case as withdrawn, a granted one as ended', () => {
    for (const from of open) expect(nextState('withdraw', from, 'device')).toBe('withdrawn');
    expect(nextState('withdraw', 'attested', 'device')).toBe('ended');
    expect(nextState('withdraw', 'suspended', 'device')).toBe('ended');
  });

  it('let no amendment take the place of what is suspended', () => {
    expect(statesFrom('end', 'gateway')).toEqual(['attested']);
  });

  it('are each performed by one role, and every act of a reviewer is there', () => {
    for (const action of actions) {
      const roles = transitions.filter((row) => row.action === action).map(({ by }) => by);
      expect(new Set(roles).size).toBe(1);
    }
    const byReviewers = transitions.filter(({ by }) => by === 'reviewer').map(({ action }) => action);
    expect(new Set(byReviewers)).toEqual(new Set(reviewerActions));
  });

  it('name each pair of action and state once, so that one lookup decides', () => {
    const pairs = transitions.flatMap(({ action, from }) =>
      from.map((state: RegistrationState | null) => `${action} ${state}`),
    );
    expect(new Set(pairs).size).toBe(pairs.length);
  });
});
