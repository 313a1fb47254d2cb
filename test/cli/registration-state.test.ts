import { describe, expect, it } from 'vitest';
import { meaningOf, nextStepOf, stateWords } from '#cli/terminal/registration-state.ts';
import type { StoredRegistration } from '#client/registration/stored-registration.ts';
import { registrationStates, type RegistrationState } from '#shared/contract/gateway-contract.ts';

const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';
const OTHER = '7f3c2f6e-6c1a-4a39-9a43-0d2c9c5b7a10';

const registrationIn = (
  state: RegistrationState,
  changes: Partial<StoredRegistration['view']> & { readonly certificate?: string } = {},
): StoredRegistration => {
  const { certificate = null, ...view } = changes;
  return {
    ...{ version: 1, gateway: 'test', origin: 'https://gateway.test', tunnel: 'office', device: 'x' },
    certificate,
    view: {
      ...{
        id: ID,
        state,
        profile: 'pk-pta@1',
        route: 'B',
        category: 'freelancer',
        endpoints: [],
        note: null,
      },
      ...{ submitted_at: 1, changed_at: 1, amends: null, amended_by: null },
      ...{ fields: {}, thread: [], documents: [] },
      ...view,
    },
  };
};
const textOf = (registration: StoredRegistration): string =>
  `${stateWords(registration.view)}. ${meaningOf(registration)} ${nextStepOf(registration, 'help@gateway.test')}`;

describe.each(registrationStates.map((state) => [state] as const))('a registration that is %s', (state) => {
  const text = textOf(registrationIn(state));

  it('has a meaning and one next step, with every blank filled in', () => {
    expect(meaningOf(registrationIn(state))).toMatch(/^[A-Z].*\.$/);
    expect(nextStepOf(registrationIn(state))).not.toMatch(/NAME|CONTACT/);
  });

  it('is told without the words of those who build this', () => {
    expect(text).not.toMatch(/approv|endpoint|peer|token|attest|device|JWT|subscriber|daemon|null/i);
  });

  it('is not said to be certain, or to come soon, where nobody here knows', () => {
    expect(text).not.toMatch(/soon|shortly|within|will be confirmed|guarantee|PTA/i);
  });
});

describe('what comes next', () => {
  it.each<[string, StoredRegistration, string]>([
    [
      'with its certificate is to connect',
      registrationIn('attested', { certificate: 'a.b.c' }),
      'sanad connect office',
    ],
    ['without one is to fetch it', registrationIn('attested'), 'sanad registration renew office'],
    [
      'of an amendment without one is to connect, which ends what it amends',
      registrationIn('attested', { amends: OTHER }),
      'sanad connect office',
    ],
    [
      'of one whose place was taken is the other',
      registrationIn('ended', { amended_by: OTHER }),
      `show ${OTHER}`,
    ],
    [
      'for a name with a space can be typed',
      { ...registrationIn('submitted'), tunnel: 'my office' },
      "watch 'my office'",
    ],
  ])('%s', (_, registration, step) => {
    expect(nextStepOf(registration)).toContain(step);
  });

  it('says beforehand what fetching an amendment’s certificate ends', () => {
    expect(meaningOf(registrationIn('attested', { amends: OTHER }))).toContain('That ends the registration');
  });
});
