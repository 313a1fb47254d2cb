import { describe, expect, it } from 'vitest';
import { parseAnchor, parseAnchorFile, parseOrigin } from '#shared/contract/anchor-file.ts';

const anchor = {
  ver: 1,
  name: 'pasha',
  origin: 'https://gateway.example',
  status_origins: ['https://list.example:8443'],
  root_keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) }],
  operator: { legal_name: 'An Association', contact: 'help@gateway.example', retention: 'two years' },
};

describe('anchor file', () => {
  it('is read when it bears its name', () => {
    expect(parseAnchorFile(JSON.stringify(anchor), 'pasha.json')).toEqual(anchor);
    expect(() => parseAnchorFile(JSON.stringify(anchor), 'other.json')).toThrow('anchor_malformed');
  });

  it.each([
    ['no JSON', '{'],
    ['an unknown member', JSON.stringify({ ...anchor, hook: '/bin/sh' })],
    ['a name that is a path', JSON.stringify({ ...anchor, name: '../passwd' })],
    ['no root key', JSON.stringify({ ...anchor, root_keys: [] })],
  ])('with %s is refused', (_, text) => {
    expect(() => parseAnchor(text)).toThrow('anchor_malformed');
  });

  it('with a status origin over plain http is refused', () => {
    const text = JSON.stringify({ ...anchor, status_origins: ['http://list.example'] });
    expect(() => parseAnchor(text)).toThrow('anchor_origin_not_allowed');
  });
});

describe('origin', () => {
  it.each([
    ['https://Gateway.EXAMPLE:443', { scheme: 'https', host: 'gateway.example', port: 443 }],
    ['https://gateway.example:8443', { scheme: 'https', host: 'gateway.example', port: 8443 }],
    ['https://[2001:DB8::1]', { scheme: 'https', host: '2001:db8::1', port: 443 }],
    ['http://127.0.0.1:8080', { scheme: 'http', host: '127.0.0.1', port: 8080 }],
    ['http://[::1]', { scheme: 'http', host: '::1', port: 80 }],
  ])('%s is read in its one spelling', (text, expected) => {
    expect(parseOrigin(text)).toMatchObject(expected);
  });

  it.each([
    'http://gateway.example',
    'http://127.0.0.1.evil.example',
    'https://someone:secret@gateway.example',
    'https://gateway.example/path',
    'https://gateway.example/?',
    'https://gateway.example#x',
    'https://gateway.example:0',
    'file:///etc/passwd',
    'gateway.example',
    '',
  ])('%s is refused', (text) => {
    expect(() => parseOrigin(text)).toThrow('anchor_origin_not_allowed');
  });
});
