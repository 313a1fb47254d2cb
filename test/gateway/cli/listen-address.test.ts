import { describe, expect, it } from 'vitest';
import { parseListen } from '#gateway/cli/listen-address.ts';

describe('where to listen', () => {
  it.each([
    ['127.0.0.1:8443', { host: '127.0.0.1', port: 8443 }],
    ['0.0.0.0:8443', { host: '0.0.0.0', port: 8443 }],
    ['[::]:8443', { host: '::', port: 8443 }],
    ['[2001:db8::1]:443', { host: '2001:db8::1', port: 443 }],
    ['gateway.example:443', { host: 'gateway.example', port: 443 }],
  ])('may be %s', (text, address) => {
    expect(parseListen(text)).toEqual(address);
  });

  it.each(['8443', '0.0.0.0', '[::]', '[::]:0', '0.0.0.0:99999', ':::8443', '[::]:8443x'])(
    'may not be %s',
    (text) => {
      expect(() => parseListen(text)).toThrowError('option_malformed');
    },
  );
});
