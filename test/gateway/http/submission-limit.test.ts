import { describe, expect, it } from 'vitest';
import { SubmissionLimit } from '#gateway/http/submission-limit.ts';

const START = 1_800_000_000;

function takeAll(limit: SubmissionLimit, address: string, now = START): number {
  let taken = 0;
  while (taken < 1000 && limit.take(address, now)) taken++;
  return taken;
}

describe('submissions of one address', () => {
  it('are sixty at once and then one a minute', () => {
    const limit = new SubmissionLimit();
    expect(takeAll(limit, '203.0.113.1')).toBe(60);
    expect(takeAll(limit, '203.0.113.1', START + 59)).toBe(0);
    expect(takeAll(limit, '203.0.113.1', START + 59 + 60)).toBe(1);
    expect(takeAll(limit, '203.0.113.1', START + 86_400)).toBe(60);
  });

  it('do not count for another address, but for its whole IPv6 network', () => {
    const limit = new SubmissionLimit();
    takeAll(limit, '203.0.113.1');
    expect(limit.take('203.0.113.2', START)).toBe(true);
    expect(limit.take('::ffff:203.0.113.1', START)).toBe(false);
    takeAll(limit, '2001:db8:1:2::1');
    expect(limit.take('2001:db8:1:2:ffff::9', START)).toBe(false);
    expect(limit.take('2001:db8:1:3::1', START)).toBe(true);
  });

  it('are not counted for this machine itself, nor where there is no address', () => {
    const limit = new SubmissionLimit();
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1'])
      expect(takeAll(limit, address)).toBe(1000);
    expect(limit.take(undefined, START)).toBe(true);
  });

  it('stay counted when the clock is set back, and need bounded memory', () => {
    const limit = new SubmissionLimit();
    takeAll(limit, '203.0.113.1');
    expect(limit.take('203.0.113.1', START - 86_400)).toBe(false);
    for (let index = 0; index < 10_000; index++) limit.take(`10.${index >> 8}.${index & 255}.1`, START);
    expect(limit.take('203.0.113.1', START)).toBe(true);
  });
});
