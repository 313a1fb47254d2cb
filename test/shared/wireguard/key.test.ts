import * as fc from 'fast-check';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parsePublicKey, PresharedKey, PrivateKey } from '#shared/wireguard/key.ts';
import { arbitraryConfiguration, arbitraryKey } from './arbitrary.ts';
import { problemCode } from './expect-problem.ts';

describe('a key', () => {
  test('of 32 bytes in base64 is read and stays as it is', () => {
    fc.assert(
      fc.property(arbitraryKey, (text) => {
        expect(parsePublicKey(text)).toBe(text);
        expect(PrivateKey.parse(text).reveal()).toBe(text);
      }),
    );
  });

  test.each([
    ['', 'nothing'],
    ['xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg', 'no padding'],
    ['xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dh=', 'pad bits set: a second spelling of the same key'],
    ['xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=\n', 'a newline behind'],
    [' xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=', 'a blank before'],
    ['xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp-_g=', 'base64url'],
    ['xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Q==', '31 bytes'],
  ])('%j is refused: %s', (text) => {
    expect(problemCode(() => parsePublicKey(text))).toBe('key_malformed');
    expect(problemCode(() => PrivateKey.parse(text))).toBe('key_malformed');
    expect(problemCode(() => PresharedKey.parse(text))).toBe('key_malformed');
  });

  test('that is private and all zero is refused: to WireGuard it means "no key"', () => {
    expect(problemCode(() => PrivateKey.parse(`${'A'.repeat(43)}=`))).toBe('key_malformed');
  });
});

test('a secret appears in no way of printing a configuration', () => {
  fc.assert(
    fc.property(arbitraryConfiguration, (configuration) => {
      const secrets = [configuration.privateKey, ...configuration.peers.map((peer) => peer.presharedKey)]
        .filter((secret) => secret !== undefined)
        .map((secret) => ({ secret, text: secret.reveal() }));
      const printed = [
        JSON.stringify(configuration),
        inspect(configuration, { depth: null, showHidden: true }),
        ...secrets.map(
          ({ secret }) => `${String(secret)}${inspect(secret)}${JSON.stringify(Object.entries(secret))}`,
        ),
      ].join();
      for (const { text } of secrets) expect(printed).not.toContain(text);
    }),
  );
});
