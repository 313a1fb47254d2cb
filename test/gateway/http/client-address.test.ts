import { describe, expect, it } from 'vitest';
import { clientAddress } from '#gateway/http/client-address.ts';

const direct = { isBehindProxy: false, addressHeader: undefined };
const proxied = { isBehindProxy: true, addressHeader: 'x-forwarded-for' };

describe('where a request comes from', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
  ])('%s is told as %s', (ip, address) => {
    expect(clientAddress({ ip, headers: {} }, direct)).toBe(address);
  });

  it('is not what a client says about itself', () => {
    const headers = { 'x-forwarded-for': '198.51.100.1', forwarded: 'for=198.51.100.1' };
    expect(clientAddress({ ip: '203.0.113.7', headers }, direct)).toBe('203.0.113.7');
    const none = { isBehindProxy: true, addressHeader: undefined };
    expect(clientAddress({ ip: '127.0.0.1', headers }, none)).toBeUndefined();
  });

  it('is the last value of the header that the operator named, which the proxy itself has added', () => {
    const from = (value: string | string[]) =>
      clientAddress({ ip: '127.0.0.1', headers: { 'x-forwarded-for': value } }, proxied);
    expect(from('203.0.113.7')).toBe('203.0.113.7');
    expect(from('198.51.100.1, 203.0.113.7')).toBe('203.0.113.7');
    expect(from(['198.51.100.1', '203.0.113.7'])).toBe('203.0.113.7');
  });

  it.each(['', 'unknown', '203.0.113.7, _hidden', '203.0.113', '0x7f.1', '<script>'])(
    'is unknown where the header says %j',
    (value) => {
      const request = { ip: '127.0.0.1', headers: { 'x-forwarded-for': value } };
      expect(clientAddress(request, proxied)).toBeUndefined();
    },
  );
});
