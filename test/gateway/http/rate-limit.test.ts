import { describe, expect, it } from 'vitest';
import { addressKey, RateLimit } from '#gateway/http/rate-limit.ts';

const START = 1_800_000_000;

function takeAll(limit: RateLimit, key: string, now = START): number {
  let taken = 0;
  while (taken < 1000 && limit.take(key, now)) taken++;
  return taken;
}

describe('sixty at once and then one a minute', () => {
  const rate = { burst: 60, secondsForOne: 60 };

  it('are just that', () => {
    const limit = new RateLimit(rate);
    expect(takeAll(limit, 'a')).toBe(60);
    expect(takeAll(limit, 'a', START + 59)).toBe(0);
    expect(takeAll(limit, 'a', START + 59 + 60)).toBe(1);
    expect(takeAll(limit, 'a', START + 86_400)).toBe(60);
  });

  it('of one count for no other', () => {
    const limit = new RateLimit(rate);
    takeAll(limit, 'a');
    expect(limit.take('b', START)).toBe(true);
  });

  it('stay counted when the clock is set back, and need bounded memory', () => {
    const limit = new RateLimit(rate);
    takeAll(limit, 'a');
    expect(limit.take('a', START - 86_400)).toBe(false);
    for (let index = 0; index < 10_000; index++) limit.take(String(index), START);
    expect(limit.take('a', START)).toBe(true);
  });
});

describe('an address', () => {
  it('counts as itself, and an IPv6 one as its whole network', () => {
    expect(addressKey('203.0.113.1')).not.toBe(addressKey('203.0.113.2'));
    expect(addressKey('::ffff:203.0.113.1')).toBe(addressKey('203.0.113.1'));
    expect(addressKey('2001:db8:1:2::1')).toBe(addressKey('2001:db8:1:2:ffff::9'));
    expect(addressKey('2001:db8:1:2::1')).not.toBe(addressKey('2001:db8:1:3::1'));
  });

  it('is not counted where it is this machine’s own, or none', () => {
    for (const own of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', undefined, '', 'x']) {
      expect(addressKey(own)).toBeUndefined();
    }
  });
});
