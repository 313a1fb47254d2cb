import { describe, expect, test } from 'vitest';
import { refusal, refusals, refuse } from '#shared/registration/refusal.ts';
import { attackTables, fairTrials } from './attack-tables.ts';
import { attempt } from './attack.ts';

describe.each(Object.entries(attackTables))('%s', (_, attacks) => {
  test.each(attacks)('$name -> $code', ({ prepare, code }) => {
    const found = attempt(prepare());
    expect(found?.code).toBe(code);
    // A detail is there or it is not.
    expect(found?.reason).not.toMatch(/\(\W*\)/);
  });
});

test.each(fairTrials)('nothing is wrong with $name', ({ prepare }) => {
  expect(attempt(prepare())).toBeNull();
});

describe('the catalogue of refusals', () => {
  const attacks = Object.values(attackTables).flat();

  test('holds no code that nothing produces', () => {
    const produced = new Set(attacks.map(({ code }) => code));
    expect(Object.keys(refusals).filter((code) => !produced.has(code as keyof typeof refusals))).toEqual([]);
  });

  test('gives each code a sentence of its own and one next action', () => {
    const rows = Object.values(refusals);
    expect(new Set(rows.map(({ reason }) => reason)).size).toBe(rows.length);
    for (const { reason, nextAction } of rows) {
      expect(reason).toMatch(/^[A-Z].*\.$/);
      expect(nextAction).toMatch(/^[A-Z].*\.$/);
    }
  });

  test('ends a judgement as an error that keeps its cause', () => {
    const cause = new Error('below');
    const refused = refusalOf(() => refuse('signature_invalid', undefined, cause));
    expect(refused).toMatchObject({ name: 'RefusedError', cause });
  });

  test('puts the detail after the reason', () => {
    expect(refusal('certificate_expired', '2027-01-15').reason).toBe(
      'The certificate has expired. (2027-01-15)',
    );
  });
});

function refusalOf(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}
