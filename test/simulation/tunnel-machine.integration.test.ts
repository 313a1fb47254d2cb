import { describe, expect, it } from 'vitest';
import { campaign, crashes, events, faults as faultNames, places, tooRare, transitions } from './play.ts';

/** A million events together, each compared with the reference and held against every promise. */
const campaigns = [
  { faults: 0, count: 200_000 },
  { faults: 0.03, count: 500_000 },
  { faults: 0.2, count: 300_000 },
];
const timeout = 600_000;

describe('the tunnel machine', () => {
  const total = new Map<string, number>();

  it.each(campaigns)(
    'over $count events of which a part of $faults fails: keeps every promise, never contradicts the reference',
    { timeout },
    ({ faults, count }) => {
      const seen = campaign({ events: count, faults });
      for (const [name, more] of seen) total.set(name, (total.get(name) ?? 0) + more);
      expect(seen.get('event')).toBeGreaterThanOrEqual(count);
    },
  );

  /** A simulation that never got there would prove nothing. `SANAD_SIMULATION_SAY=1` prints every count. */
  it('was everywhere, often', () => {
    if (process.env['SANAD_SIMULATION_SAY'] !== undefined)
      console.log([...total].map(([name, count]) => `${count}\t${name}`).join('\n'));
    const rare = [
      ...tooRare(total, ['event'], 1_000_000),
      ...tooRare(total, ['at connected', 'at disconnected', 'at blocked'], 10_000),
      ...tooRare(total, places, 500),
      ...tooRare(total, events, 250),
      ...tooRare(total, faultNames, 250),
      ...tooRare(total, transitions, 100),
      ...tooRare(total, crashes, 10),
    ];
    expect(rare).toEqual([]);
  });
});
