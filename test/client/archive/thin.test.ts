import { describe, expect, it } from 'vitest';
import { MAX_LIST_BYTES, superfluous, type KeptList } from '#client/archive/thin.ts';
import { DAY, NOW } from '#test/shared/registration/issue.ts';

const QUARTER = DAY / 4;
const WEEK = 7 * DAY;

/** Lists as they come, each thinned after its arrival, as the archive does it. */
function keptOf(arrivals: readonly KeptList[]): readonly KeptList[] {
  let kept: readonly KeptList[] = [];
  for (const list of arrivals) {
    const together = [...kept, list];
    const drop = new Set(superfluous(together));
    kept = together.filter((one) => !drop.has(one));
  }
  return kept;
}

function arrivalsOver(days: number, statusesAt: (at: number) => string, bytes = 4000): KeptList[] {
  return Array.from({ length: days * 4 }, (_, number) => {
    const issuedAt = NOW - days * DAY + number * QUARTER;
    return { name: String(issuedAt), issuedAt, statuses: statusesAt(issuedAt), bytes };
  });
}

describe('a year of status lists, four a day', () => {
  const revokedAt = NOW - 200 * DAY;
  const arrivals = arrivalsOver(365, (at) => (at < revokedAt ? 'valid' : 'revoked'));
  const kept = keptOf(arrivals);

  it('is kept as a hundred at most', () => {
    expect(kept.length).toBeLessThan(100);
    expect(kept.length).toBeGreaterThan(80);
  });

  it('leaves every moment one that counts, and the last of every recent day', () => {
    for (let at = NOW - 364 * DAY; at < NOW; at += QUARTER) {
      expect(kept.some(({ issuedAt }) => issuedAt <= at && at < issuedAt + WEEK)).toBe(true);
    }
    const recent = arrivals.filter(({ issuedAt }) => issuedAt > NOW - 30 * DAY);
    const days = new Set(recent.map(({ issuedAt }) => Math.floor(issuedAt / DAY)));
    for (const day of days) {
      const last = recent.findLast(({ issuedAt }) => Math.floor(issuedAt / DAY) === day);
      expect(kept).toContain(last);
    }
  });

  it('has the last before a change and the first after it', () => {
    const change = arrivals.findIndex(({ issuedAt }) => issuedAt >= revokedAt);
    expect(kept).toContain(arrivals[change - 1]);
    expect(kept).toContain(arrivals[change]);
  });
});

it('beyond the space the oldest lists go, whatever they say', () => {
  const large = 700 * 1024;
  const kept = keptOf(arrivalsOver(30, (at) => String(at), large));
  const bytes = kept.reduce((sum, list) => sum + list.bytes, 0);
  expect(bytes).toBeLessThanOrEqual(MAX_LIST_BYTES);
  expect(bytes).toBeGreaterThan(MAX_LIST_BYTES - 2 * large);
  expect(kept.at(-1)?.issuedAt).toBe(NOW - QUARTER);
});
