import { describe, expect, it } from 'vitest';
import { evaluateProfile } from '#gateway/case/evaluate-profile.ts';

const purpose = 'Remote access to our office systems';
const routeA = { isp_name: 'Example ISP', subscriber_id: 'S-1', source_address: '39.32.10.1', purpose };

function evaluate(route: string, fields: Readonly<Record<string, string>>, category = 'company') {
  const verdict = evaluateProfile('pk-pta@1', { route, category, fields: { ...fields } });
  if (verdict === undefined) throw new Error('the profile is built in');
  return verdict;
}

describe('profile pk-pta@1', () => {
  it.each([
    ['A', routeA],
    ['B', { mobile_number: '+923001234567', purpose }],
    ['C', { provider: 'A licensed provider', purpose }],
  ])('accepts a complete application on route %s', (route, fields) => {
    expect(evaluate(route, fields)).toEqual({ missing: [], invalid: [], fields });
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty', '__defineGetter__', 'valueOf'])(
    'takes a field called %s for one that it does not have',
    (name) => {
      const fields = JSON.parse(`{"mobile_number":"03001234567","purpose":"${purpose}","${name}":"x"}`);
      const verdict = evaluate('B', fields as Record<string, string>);
      expect(verdict.invalid.filter(({ field }) => field !== name)).toEqual([]);
      expect(verdict.invalid.every(({ reason }) => reason === 'this profile has no such field')).toBe(true);
      expect(Object.keys(verdict.fields).toSorted()).toEqual(['mobile_number', 'purpose']);
      expect(evaluate(name, {}).invalid).toContainEqual({ field: 'route', reason: 'one of A, B, C' });
    },
  );

  it('names everything that is missing at once, blank fields included', () => {
    expect(evaluate('A', { isp_name: '  ' }).missing).toEqual([
      'isp_name',
      'subscriber_id',
      'source_address',
      'purpose',
    ]);
  });

  it.each(['03001234567', '00923001234567', '+92 300 1234567', '0300-1234567', '923001234567'])(
    'normalises the mobile number %s',
    (mobile_number) => {
      const verdict = evaluate('B', { mobile_number, purpose });
      expect(verdict).toMatchObject({ invalid: [], fields: { mobile_number: '+923001234567' } });
    },
  );

  it.each(['0421234567', '+9230012345678', '+4917012345678', 'none'])('refuses the number %s', (number) => {
    expect(evaluate('B', { mobile_number: number, purpose }).invalid).toMatchObject([
      { field: 'mobile_number' },
    ]);
  });

  it.each([
    '10.0.0.1',
    '100.64.0.1',
    '192.0.2.1',
    '127.0.0.1',
    '169.254.0.1',
    'fe80::1',
    '2001:db8::1',
    '::ffff:39.32.10.1',
    '39.32.10',
    '2400:adc0::1%eth0',
    '39.32.10.1, 39.32.10.1',
  ])('refuses the source address %s', (source_address) => {
    expect(evaluate('A', { ...routeA, source_address }).invalid).toMatchObject([{ field: 'source_address' }]);
  });

  it('takes several source addresses and writes them canonically', () => {
    const verdict = evaluate('A', { ...routeA, source_address: '39.32.10.1 2400:ADC0:0::1' });
    expect(verdict.fields['source_address']).toBe('39.32.10.1, 2400:adc0::1');
  });

  it('refuses personal data that it did not ask for', () => {
    expect(evaluate('C', { provider: 'X', purpose, cnic: '3520212345678' }).invalid).toMatchObject([
      { field: 'cnic' },
    ]);
  });

  it.each(['too short', 'x'.repeat(501)])('refuses a purpose of the wrong length', (text) => {
    expect(evaluate('C', { provider: 'X', purpose: text }).invalid).toMatchObject([{ field: 'purpose' }]);
  });

  it('refuses a route and a category it does not have', () => {
    expect(evaluate('D', { purpose }, 'embassy').invalid.map(({ field }) => field)).toEqual([
      'route',
      'category',
    ]);
  });

  it('is the only one so far', () => {
    expect(evaluateProfile('om-tra@1', { route: 'A', category: 'company', fields: {} })).toBeUndefined();
  });
});
