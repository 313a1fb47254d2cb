import { describe, expect, test } from 'vitest';
import { refusal, refusals } from '#shared/registration/refusal.ts';
import type { Attack } from './attack.ts';
import { certificateAttacks } from './certificate-attack.ts';
import { ingestAttacks } from './ingest-attack.ts';
import { proofAttacks } from './proof-attack.ts';
import { statusAttacks } from './status-attack.ts';

const tables: Readonly<Record<string, readonly Attack[]>> = {
  'a certificate is refused for': certificateAttacks,
  'a device proof is refused for': proofAttacks,
  'a registration is refused for': statusAttacks,
  'a signed file is not taken:': ingestAttacks,
};

describe.each(Object.entries(tables))('%s', (_, attacks) => {
  test.each(attacks)('$name -> $code', ({ attempt, code }) => {
    expect(attempt()?.code).toBe(code);
  });
});

describe('the catalogue of refusals', () => {
  const attacks = Object.values(tables).flat();

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

  test('puts the detail after the reason', () => {
    expect(refusal('certificate_expired', '2027-01-15').reason).toBe(
      'The certificate has expired. (2027-01-15)',
    );
  });
});
