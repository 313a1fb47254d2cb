import { describe, expect, it } from 'vitest';
import { parseListen, parseMonitor } from '#gateway/cli/listen-address.ts';

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

describe('where health and metrics are told', () => {
  it('may be a unix socket or this machine’s loopback', () => {
    expect(parseMonitor('/run/sanad/monitor.sock')).toEqual({
      kind: 'socket',
      path: '/run/sanad/monitor.sock',
    });
    expect(parseMonitor('127.0.0.1:9464')).toEqual({ kind: 'tcp', host: '127.0.0.1', port: 9464 });
    expect(parseMonitor('[::1]:9464')).toEqual({ kind: 'tcp', host: '::1', port: 9464 });
  });

  it.each(['0.0.0.0:9464', '[::]:9464', '203.0.113.1:9464', '[2001:db8::1]:9464', 'gateway.example:9464'])(
    'may not be %s, where others are told too',
    (text) => {
      expect(() => parseMonitor(text)).toThrowError('monitor_public');
    },
  );

  it('may not be something else', () => {
    expect(() => parseMonitor('monitor.sock')).toThrowError('option_malformed');
  });
});
