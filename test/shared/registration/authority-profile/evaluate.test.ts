import { describe, expect, it } from 'vitest';
import { evaluateProfile, isAcceptable } from '#shared/registration/authority-profile/evaluate.ts';
import { smallProfile } from './small-profile.ts';

const profile = smallProfile();
const firm = {
  ...{ number: '12345', sources: '39.32.10.1', tax: 'yes', tax_number: 'T1' },
  purpose: 'Our branch offices',
};

function evaluate(
  fields: Readonly<Record<string, string>>,
  more: { route?: string; category?: string; documents?: Readonly<Record<string, number>> } = {},
) {
  return evaluateProfile(profile, { route: 'line', category: 'firm', fields, ...more });
}

describe('evaluating an application', () => {
  it('accepts one that has all that is asked, and counts a hundred percent', () => {
    const verdict = evaluate(firm, { documents: { card: 1, letter: 1 } });
    expect(verdict).toMatchObject({ choice: 'good', completeness: 100, unasked: [] });
    expect(verdict.values).toEqual({ ...firm, software: 'WireGuard' });
    expect(isAcceptable(verdict, { documents: true })).toBe(true);
  });

  it('names everything that is missing at once, blank fields included', () => {
    const { missing, completeness } = evaluate({ number: ' ', purpose: '\u200B' });
    expect(missing.fields).toEqual(['number', 'sources', 'tax', 'purpose']);
    expect(missing.documents).toEqual(['card', 'proof']);
    // The software has a default: one of seven.
    expect(completeness).toBe(14);
  });

  it('asks for a field that an answer brings with it', () => {
    expect(evaluate({ ...firm, tax: 'no' }).unasked).toEqual(['tax_number']);
    expect(evaluate({ ...firm, tax_number: '' }).missing.fields).toEqual(['tax_number']);
  });

  it('asks for nothing that hangs on an answer which is itself not asked for', () => {
    const verdict = evaluate({ ...firm }, { route: 'phone', category: 'person' });
    expect(verdict.unasked).toEqual(['sources', 'tax', 'tax_number']);
    expect(verdict.values).not.toHaveProperty('tax_number');
  });

  it('asks for a document that a default brings with it', () => {
    const fields = profile.document.fields.map((field) =>
      field.id === 'tax' ? { ...field, default: 'yes' } : field,
    );
    const when = { field: { id: 'tax', is: ['yes'] } };
    const documents = profile.document.documents.map((one) => (one.id === 'card' ? { ...one, when } : one));
    const withDefault = smallProfile({ fields, documents });
    const { tax: _, ...rest } = firm;
    const application = { route: 'line', category: 'firm', fields: rest };
    expect(evaluateProfile(withDefault, application).missing.documents).toContain('card');
  });

  it('asks a person for nothing that only firms have', () => {
    const fields = { number: '12345', purpose: 'Work abroad' };
    const verdict = evaluate(fields, { route: 'phone', category: 'person', documents: { card: 2 } });
    expect(verdict).toMatchObject({ completeness: 100, missing: { fields: [], documents: [] } });
    expect(verdict.documents.map(({ kind }) => kind)).toEqual(['card', 'extra']);
  });

  it('keeps an odd value and says what is odd; refuses a wrong one and gives it back', () => {
    const odd = evaluate({ ...firm, number: '0-1234' }).fields[0];
    expect(odd).toMatchObject({
      state: 'odd',
      value: '01234',
      odd: [{ reason: { en: 'Rarely begins with 0' } }],
    });
    const wrong = evaluate({ ...firm, number: '123' });
    expect(wrong.fields[0]).toMatchObject({
      state: 'wrong',
      value: '123',
      wrong: { reason: { en: 'Five digits' } },
    });
    expect(wrong.values).not.toHaveProperty('number');
    expect(isAcceptable(wrong, { documents: false })).toBe(false);
  });

  it('holds a document back from the verdict where it is not due yet', () => {
    const verdict = evaluate(firm);
    expect(isAcceptable(verdict, { documents: false })).toBe(true);
    expect(isAcceptable(verdict, { documents: true })).toBe(false);
  });

  it('counts a wrong optional field against completeness: nothing wrong is complete', () => {
    const verdict = evaluate({ ...firm, since: '2026-02-30' }, { documents: { card: 1, letter: 1 } });
    expect(verdict.completeness).toBeLessThan(100);
  });

  it.each([
    [{ route: 'air' }, 'route_unknown'],
    [{ category: 'embassy' }, 'category_unknown'],
    [{ category: 'person' }, 'route_not_for_category'],
    [{ route: 'constructor' }, 'route_unknown'],
  ])('judges nothing else where the choice is %o', (more, choice) => {
    expect(evaluate(firm, more)).toMatchObject({ choice, completeness: 0, values: {} });
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf'])(
    'takes a field called %s for one that it does not have',
    (name) => {
      const fields = { ...(JSON.parse(`{"${name}":"x"}`) as Record<string, string>), ...firm };
      const verdict = evaluate(Object.fromEntries([...Object.entries(fields), [name, 'x']]));
      expect(verdict.unasked).toEqual([name]);
      expect(Object.keys(verdict.values)).not.toContain(name);
    },
  );

  it('says the fee where there are as many addresses as it is for', () => {
    const notice = { en: 'A fee' };
    const charging = smallProfile({
      categories: [
        {
          ...{ id: 'firm', name: notice, summary: notice, routes: ['line'] },
          fee: { addresses_from: 2, notice, source: 'page' },
        },
      ],
      fields: smallProfile().document.fields.map(({ when, ...field }) =>
        when?.categories === undefined ? { ...field, ...(when && { when }) } : field,
      ),
      documents: [],
    });
    const of = (sources: string) =>
      evaluateProfile(charging, { route: 'line', category: 'firm', fields: { ...firm, sources } }).fee;
    expect(of('39.32.10.1')).toBeUndefined();
    expect(of('39.32.10.1, 39.32.10.2')).toEqual(notice);
  });
});
