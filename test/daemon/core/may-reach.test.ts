import { expect, it } from 'vitest';
import { mayReach } from '#daemon/core/may-reach.ts';

it.each([
  ['203.0.113.2', ['198.51.100.2'], true],
  ['203.0.113.2', ['2001:db8:1::2', 'fe80::1'], false],
  ['2001:db8:2::2', ['2001:db8:1::2'], true],
  ['2001:db8:2::2', ['198.51.100.2'], false],
  ['2001:db8:2::2', ['198.51.100.2', 'fe80::1'], false],
  ['2001:db8:2::2', ['fd00:1::2'], false],
  ['fd00:2::2', ['fd00:1::2'], true],
  ['fc00:2::2', ['2001:db8:1::2'], true],
  ['fd00:2::2', ['febf::1'], false],
  ['203.0.113.2', [], false],
])('%s from %j: %s', (address, own, may) => {
  expect(mayReach(address, own)).toBe(may);
});
