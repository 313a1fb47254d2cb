import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatEndpoint, parseEndpoint, parseHost } from '#shared/wireguard/endpoint.ts';
import { arbitraryHost } from './arbitrary.ts';
import { problemCode } from './expect-problem.ts';

describe('a host', () => {
  test.each([
    ['VPN.Example.COM', 'name', 'vpn.example.com'],
    ['vpn.example.com.', 'name', 'vpn.example.com'],
    ['پاکستان.example', 'name', 'xn--mgbai9azgqp6j.example'],
    ['bücher.example', 'name', 'xn--bcher-kva.example'],
    ['localhost', 'name', 'localhost'],
    ['192.0.2.1', 'ipv4', '192.0.2.1'],
    ['2001:DB8:0:0:0:0:0:1', 'ipv6', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', 'ipv6', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', 'ipv6', '2001:db8:0:1:1:1:1:1'],
    ['64:ff9b::192.0.2.1', 'ipv6', '64:ff9b::c000:201'],
  ])('%s has one spelling: %s %s', (text, kind, value) => {
    expect(parseHost(text)).toEqual({ kind, value });
  });

  test.each([
    ['', 'nothing'],
    ['192.0.2', 'short IPv4, which programs read differently'],
    ['192.0.2.010', 'octal IPv4'],
    ['0x7f000001', 'hexadecimal IPv4'],
    ['3221225985', 'IPv4 as one number'],
    ['192.0.2.256', 'no such IPv4 address'],
    ['１９２.0.2.1', 'full-width digits'],
    ['192。0。2。1', 'ideographic full stops'],
    ['0.0.0.0', 'no machine'],
    ['::', 'no machine'],
    ['255.255.255.255', 'every machine'],
    ['224.0.0.1', 'many machines'],
    ['ff02::1', 'many machines'],
    ['::ffff:192.0.2.1', 'IPv4 in disguise'],
    ['::192.0.2.1', 'IPv4 in an older disguise'],
    ['fe80::1%eth0', 'a zone, which is this machine’s affair'],
    ['[2001:db8::1]', 'brackets belong to an endpoint'],
    ['2001:db8:::1', 'no IPv6 address'],
    ['exa mple.com', 'a blank'],
    ['exa\tmple.com', 'a tab, which URLs drop'],
    ['exa\u0000mple.com', 'NUL'],
    ['user@example.com', 'URL syntax'],
    ['example.com/x', 'URL syntax'],
    ['ex%61mple.com', 'URL syntax'],
    ['example..com', 'an empty label'],
    ['-example.com', 'a hyphen in front'],
    ['ex_ample.com', 'an underscore'],
    [`${'a'.repeat(64)}.com`, 'a label of 64'],
    [`${'a.'.repeat(127)}aa`, 'more than 253 characters'],
  ])('%j is refused: %s', (text) => {
    expect(problemCode(() => parseHost(text))).toBe('host_malformed');
  });

  test('of any IPv6 spelling becomes what the URL Standard makes of it', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const url = new URL(`http://[${text}]/`).hostname.slice(1, -1);
        const isOneMachine = !/^(ff|::$|::ffff:[^:]+:[^:]+$)/.test(url) && !/^::[0-9.]+$/.test(text);
        fc.pre(isOneMachine);
        expect(parseHost(text).value).toBe(url);
      }),
    );
  });
});

describe('an endpoint', () => {
  test('that is read and written stays the same', () => {
    fc.assert(
      fc.property(arbitraryHost, fc.integer({ min: 1, max: 65_535 }), (text, port) => {
        const endpoint = { host: parseHost(text), port };
        expect(parseEndpoint(formatEndpoint(endpoint))).toEqual(endpoint);
      }),
    );
  });

  test('with an IPv6 address has brackets around it', () => {
    expect(formatEndpoint(parseEndpoint('[2001:DB8::1]:51820'))).toBe('[2001:db8::1]:51820');
  });

  test.each([
    'vpn.example.com',
    'vpn.example.com:',
    'vpn.example.com:0',
    'vpn.example.com:65536',
    'vpn.example.com:051820',
    'vpn.example.com:+51820',
    'vpn.example.com:domain',
    ':51820',
    '2001:db8::1:51820',
    '[192.0.2.1]:51820',
    '[vpn.example.com]:51820',
    '[2001:db8::1]51820',
  ])('%j is refused', (text) => {
    expect(problemCode(() => parseEndpoint(text))).toBe('endpoint_malformed');
  });
});
