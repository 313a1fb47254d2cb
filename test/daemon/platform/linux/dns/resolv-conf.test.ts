import { expect, test } from 'vitest';
import { parseResolvConf, renderResolvConf } from '#daemon/platform/linux/dns/resolv-conf.ts';

test('name servers in order, each once, comments and options passed over', () => {
  const text = `# by openresolv
; nameserver 192.0.2.9
search example.org
nameserver 198.51.100.1
nameserver\t2001:DB8::1
  nameserver 198.51.100.1
options edns0
nameserver fe80::1%eth0
nameserver resolver.example
`;
  expect(parseResolvConf(text)).toEqual(['198.51.100.1', '2001:db8::1']);
});

test('an empty file names none', () => expect(parseResolvConf('')).toEqual([]));

test('what resolvconf is given', () => {
  expect(
    renderResolvConf({ servers: ['10.66.66.1', 'fd66:66::1'], searchDomains: ['corp.example', 'b'] }),
  ).toBe('nameserver 10.66.66.1\nnameserver fd66:66::1\nsearch corp.example b\n');
  expect(renderResolvConf({ servers: ['10.66.66.1'], searchDomains: [] })).toBe('nameserver 10.66.66.1\n');
});
