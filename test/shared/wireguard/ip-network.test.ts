import * as fc from 'fast-check';
import { BlockList } from 'node:net';
import { describe, expect, test } from 'vitest';
import {
  coverFamily,
  covers,
  formatIpNetwork,
  isDefaultRoute,
  parseIpNetwork,
} from '#shared/wireguard/ip-network.ts';
import { problemCode } from './expect-problem.ts';

const allowed = (text: string) => parseIpNetwork(text, { keepHostBits: false });
const asInterface = (text: string) => parseIpNetwork(text, { keepHostBits: true });

describe('a network', () => {
  test.each([
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['10.1.2.3', '10.1.2.3/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8::5/32', '2001:db8::/32'],
    ['::1', '::1/128'],
    ['::/0', '::/0'],
    ['10.0.0.129/25', '10.0.0.128/25'],
  ])('of allowed IPs: %s is %s, as WireGuard takes it', (text, expected) => {
    expect(formatIpNetwork(allowed(text))).toBe(expected);
  });

  test('of an interface keeps its host bits', () => {
    expect(formatIpNetwork(asInterface('10.66.66.2/24'))).toBe('10.66.66.2/24');
  });

  test.each([
    '',
    '/',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0/8',
    '::/129',
    '::ffff:10.0.0.0/104',
    'vpn.example.com/32',
    '+10.0.0.0/8',
    '10.0.0.0/8/8',
    '10.0.0.0/255.0.0.0',
  ])('%j is refused', (text) => {
    expect(problemCode(() => allowed(text))).toBe('network_malformed');
  });

  test('covers the addresses that Node’s own block list finds in it', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.nat(32), fc.ipV4(), (address, prefix, other) => {
        const list = new BlockList();
        list.addSubnet(address, prefix);
        expect(covers(allowed(`${address}/${prefix}`), allowed(other))).toBe(list.check(other));
      }),
    );
  });

  test('covers no wider one and none of the other family', () => {
    expect(covers(allowed('10.0.0.0/8'), allowed('10.1.0.0/16'))).toBe(true);
    expect(covers(allowed('10.1.0.0/16'), allowed('10.0.0.0/8'))).toBe(false);
    expect(covers(allowed('0.0.0.0/0'), allowed('::/0'))).toBe(false);
  });
});

describe('all of a family', () => {
  test.each([
    [['0.0.0.0/0'], true],
    [['0.0.0.0/1', '128.0.0.0/1'], true],
    [['128.0.0.0/2', '0.0.0.0/1', '10.0.0.0/8', '192.0.0.0/2'], true],
    [['0.0.0.0/1'], false],
    [['0.0.0.0/1', '0.0.0.0/1'], false],
    [['0.0.0.0/1', '128.0.0.0/2'], false],
    [['::/0'], false],
    [[], false],
  ])('is covered by %j: %s', (texts, expected) => {
    expect(coverFamily(texts.map(allowed), 4)).toBe(expected);
  });

  test('is one default route', () => {
    expect(isDefaultRoute(allowed('::/0'))).toBe(true);
    expect(isDefaultRoute(allowed('::/1'))).toBe(false);
  });
});
