import { describe, expect, test } from 'vitest';
import {
  parseBatchErrors,
  renderClear,
  renderFreshDevice,
  renderSet,
} from '#daemon/platform/linux/network/ip-text.ts';
import type { NetworkState } from '#daemon/port/network.ts';
import { parseIpNetwork } from '#shared/wireguard/ip-network.ts';

const names = { device: 'sanad0', mark: 23_118 };

function state(addresses: readonly string[], routes: readonly string[]): NetworkState {
  return {
    addresses: addresses.map((text) => parseIpNetwork(text, { keepHostBits: true })),
    mtu: 1420,
    routes: routes.map((text) => parseIpNetwork(text, { keepHostBits: false })),
    namesOutside: null,
  };
}

describe('a full tunnel', () => {
  const full = state(['10.66.66.2/24', 'fd66:66::2/128'], ['0.0.0.0/0', '::/0']);

  test('IPv4', () => {
    expect(renderSet(full, 4, names)).toEqual([
      'link set dev sanad0 mtu 1420 up',
      'address replace 10.66.66.2/24 dev sanad0',
      'route replace 0.0.0.0/0 dev sanad0 table 23118',
      'rule add not fwmark 23118 lookup 23118 priority 5210',
      'rule add lookup main suppress_prefixlength 0 priority 5209',
    ]);
  });

  test('IPv6', () => {
    expect(renderSet(full, 6, names)).toEqual([
      'link set dev sanad0 mtu 1420 up',
      'address replace fd66:66::2/128 dev sanad0',
      'route replace ::/0 dev sanad0 table 23118',
      'rule add not fwmark 23118 lookup 23118 priority 5210',
      'rule add lookup main suppress_prefixlength 0 priority 5209',
    ]);
  });
});

describe('names asked past the tunnel', () => {
  const outside = { uid: 981, servers: ['198.51.100.1', '2001:db8::1'] };
  const flushed = 'priority 5208 protocol 90 lookup main';

  test('each family has a rule for each of its servers', () => {
    const full = { ...state([], ['0.0.0.0/0', '::/0']), namesOutside: outside };
    expect(renderSet(full, 4, names).at(-1)).toBe(
      `rule add uidrange 981-981 to 198.51.100.1 dport 53 ${flushed}`,
    );
    expect(renderSet(full, 6, names).at(-1)).toBe(
      `rule add uidrange 981-981 to 2001:db8::1 dport 53 ${flushed}`,
    );
  });

  test('a family that does not go into the tunnel needs none', () => {
    const four = { ...state([], ['0.0.0.0/0']), namesOutside: outside };
    expect(renderSet(four, 6, names)).toEqual(['link set dev sanad0 mtu 1420 up']);
  });
});

describe('a split tunnel', () => {
  const split = state(['10.66.66.2/32'], ['10.1.0.0/16']);

  test('its networks go inside whatever the main table knows', () => {
    expect(renderSet(split, 4, names)).toEqual([
      'link set dev sanad0 mtu 1420 up',
      'address replace 10.66.66.2/32 dev sanad0',
      'route replace 10.1.0.0/16 dev sanad0 table 23118',
      'rule add not fwmark 23118 lookup 23118 priority 5210',
    ]);
  });

  test('a family without routes has no rules', () => {
    expect(renderSet(split, 6, names)).toEqual(['link set dev sanad0 mtu 1420 up']);
  });
});

test('clearing takes away all that setting may have made', () => {
  expect(renderClear(names)).toEqual([
    'rule del lookup main suppress_prefixlength 0 priority 5209',
    'rule del not fwmark 23118 lookup 23118 priority 5210',
    'rule flush priority 5208 protocol 90 lookup main',
    'route flush table 23118',
    'address flush dev sanad0',
    'link set dev sanad0 down',
  ]);
});

test('a fresh device is up and down once, without an address of its own', () => {
  expect(renderFreshDevice(names)).toEqual([
    'link set dev sanad0 addrgenmode none',
    'link set dev sanad0 up',
    'link set dev sanad0 down',
  ]);
});

describe('what ip says in a batch', () => {
  const end = 'Object "sanad-end-of-batch" is unknown, try "ip help".\nCommand failed -:9\n';

  test('nothing failed', () => expect(parseBatchErrors(end, 9)).toEqual([]));

  test('failures with their lines, and what was said', () => {
    const said = 'RTNETLINK answers: File exists\nCommand failed -:7\nError: a\n  b\nCommand failed -:8\n';
    expect(parseBatchErrors(said + end, 9)).toEqual([
      { line: 7, reason: 'RTNETLINK answers: File exists' },
      { line: 8, reason: 'Error: a b' },
    ]);
  });

  test.each([0, 20, end.length - 1])('not at its end after %i characters', (length) => {
    expect(parseBatchErrors(end.slice(0, length), 9)).toBeUndefined();
  });

  test('a line number that merely begins alike is another line', () => {
    expect(parseBatchErrors('x\nCommand failed -:91\n', 9)).toBeUndefined();
  });
});
