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
  // One address of the right kind is enough, beside others of any kind.
  ['2001:db8:2::2', ['198.51.100.2', 'fe80::1', '2001:db8:1::2'], true],
  // What a kind of address begins with may stand in the middle of one of another kind.
  ['2001:db8:2::2', ['2001:db8:fd00:1::2'], true],
  ['2001:db8:2::2', ['2001:db8:fe80:1::2'], true],
  ['2001:db8:fd00::2', ['fd00:1::2'], false],
])('%s from %j: %s', (address, own, may) => {
  expect(mayReach(address, own)).toBe(may);
});
