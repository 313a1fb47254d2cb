import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { nodePrimitives } from '#daemon/platform/node-primitives.ts';
import { fingerprint } from '#shared/registration/anchor.ts';
import { decodeBase64Url, encodeBase64Url } from '#shared/registration/base64url.ts';
import { formatTime, isClockBehind, isExpired, knownPast } from '#shared/registration/clock.ts';
import { isOrigin, originOf } from '#shared/registration/origin.ts';
import { parseStrictJson } from '#shared/registration/strict-json.ts';
import { thumbprint } from '#shared/registration/thumbprint.ts';
import { makeGateway, makeKey } from './issue.ts';

describe('base64url', () => {
  test('is what Node makes of the same bytes, both ways', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64url');
        expect(encodeBase64Url(bytes)).toBe(text);
        expect(decodeBase64Url(text)).toEqual(bytes);
      }),
    );
  });

  test('has one spelling for each value: what decodes encodes back to itself', () => {
    expect(decodeBase64Url('AQ')).toEqual(new Uint8Array([1]));
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'AQgw_-09z=+/ é'.split('')), maxLength: 8 }),
        (text) => {
          const bytes = decodeBase64Url(text);
          expect(bytes === undefined ? text : encodeBase64Url(bytes)).toBe(text);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test.each(['A', 'AB', 'AAB', 'AA==', 'A+==', 'AA/A', 'AA A', 'AAA\n', 'ÁAAA', '☃AAA', '\u0141AAA'])(
    'refuses %j',
    (text) => {
      expect(decodeBase64Url(text)).toBeUndefined();
    },
  );
});

describe('parseStrictJson', () => {
  test('is JSON.parse where no name is doubled', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseStrictJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('finds a doubled name wherever it stands', () => {
    fc.assert(
      fc.property(fc.json(), fc.string({ unit: 'binary' }), fc.json(), (before, name, inside) => {
        const key = JSON.stringify(name);
        expect(() => parseStrictJson(`[${before},{${key} : ${inside},${key}:1}]`)).toThrow(SyntaxError);
        expect(parseStrictJson(`[{${key}:1},{${key}:{${key}:2}}]`)).toHaveLength(2);
      }),
    );
  });

  test.each([
    String.raw`{"a":1,"\u0061":2}`,
    String.raw`{"\"":1,"\u0022":2}`,
    String.raw`{"\\":1,"\\":2}`,
    '{"a":{"b":1,"c":{},"b":2}}',
    '{"a":1,"b":{"a":1},"a":1}',
    '{"":1,"":2}',
    '{"a"\n\t\r :1,"a" :2}',
    '{"__proto__":1,"__proto__":2}',
  ])('refuses %s', (text) => {
    expect(() => parseStrictJson(text)).toThrow(SyntaxError);
  });

  test.each([
    String.raw`{"a":"\"a\":1","b":"{\"b\":"}`,
    String.raw`{"a\\":1,"a":"\\"}`,
    '{"a":"b","b":"a"}',
    '[{"a":1},{"a":2}]',
    '{"a":["a","a"]}',
  ])('takes %s', (text) => {
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });
});

test('a doubled name is told, shortened', () => {
  const name = 'n'.repeat(100);
  const message = (text: string) => {
    try {
      return parseStrictJson(text);
    } catch (error) {
      return String(error);
    }
  };
  expect(message('{"ab":1,"ab":2}')).toBe('SyntaxError: member given twice: ab');
  expect(message(`{"${name}":1,"${name}":2}`)).toBe(`SyntaxError: member given twice: ${'n'.repeat(64)}`);
});

describe('names of keys', () => {
  test('the thumbprint is that of RFC 8037 appendix A.3', () => {
    const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';
    expect(thumbprint({ x }, nodePrimitives)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
  });

  test('an anchor’s fingerprint names its root keys, in any order, and nothing else', () => {
    const { anchor } = makeGateway();
    const second = makeKey().publicJwk;
    const [first = second] = anchor.root_keys;
    const both = { ...anchor, root_keys: [first, second] };
    const names = [first, second].map((key) => thumbprint(key, nodePrimitives)).sort();
    const digest = createHash('sha256').update(names.join('\n')).digest('hex');
    expect(fingerprint(both, nodePrimitives).replaceAll(' ', '')).toBe(digest);
    expect(fingerprint(anchor, nodePrimitives)).toMatch(/^([0-9a-f]{4} ){15}[0-9a-f]{4}$/);
    expect(fingerprint({ ...anchor, origin: 'https://x.test' } as typeof anchor, nodePrimitives)).toBe(
      fingerprint(anchor, nodePrimitives),
    );
    expect(fingerprint(both, nodePrimitives)).not.toBe(fingerprint(anchor, nodePrimitives));
    expect(fingerprint({ root_keys: [second, first] }, nodePrimitives)).toBe(
      fingerprint(both, nodePrimitives),
    );
  });
});

describe('origins', () => {
  test.each(['https://gateway.test', 'https://gateway.test:8443', 'http://127.0.0.1:8080'])(
    '%s is one',
    (text) => {
      expect(isOrigin(text)).toBe(true);
    },
  );
  test.each([
    'https://gateway.test/',
    'https://GATEWAY.test',
    'https://gateway.test:443',
    'ftp://a.test',
    'a',
    '',
  ])('%j is none', (text) => {
    expect(isOrigin(text)).toBe(false);
  });
  test.each(['https://a:b@gateway.test/', 'https://a@gateway.test/', 'https://:b@gateway.test/'])(
    '%s, with a user or a password in it, has none',
    (text) => {
      expect(originOf(text)).toBeUndefined();
    },
  );
});

describe('the clock', () => {
  test('is behind beyond five minutes below what is known to be past', () => {
    const clock = knownPast({ now: 1000, floor: 0 }, 1300);
    expect(isClockBehind(clock)).toBe(false);
    expect(isClockBehind(knownPast(clock, 1301))).toBe(true);
    expect(knownPast(clock, 5)).toBe(clock);
  });

  test('learns nothing from a time that it knows', () => {
    const clock = { now: 1000, floor: 900 };
    expect(knownPast(clock, 900)).toBe(clock);
  });

  test('says a signed time to people, a date or not', () => {
    expect(formatTime(1_800_000_000)).toBe('2027-01-15 08:00 UTC');
    expect(formatTime(2 ** 53 - 1)).toBe('9007199254740991 seconds since 1970');
  });

  test('expires at the second, by whichever is later, clock or floor', () => {
    expect(isExpired(1000, { now: 999, floor: 0 })).toBe(false);
    expect(isExpired(1000, { now: 1000, floor: 0 })).toBe(true);
    expect(isExpired(1000, { now: 999, floor: 1000 })).toBe(true);
  });
});

describe('Node’s primitives', () => {
  test('call anything that is no key or signature false, without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 70 }), (key, signature) => {
        expect(nodePrimitives.verifyEd25519(key, new Uint8Array(3), signature)).toBe(false);
      }),
    );
    const key = new Uint8Array(32).fill(0xff);
    expect(nodePrimitives.verifyEd25519(key, new Uint8Array(3), new Uint8Array(64))).toBe(false);
  });

  test('verify with each key its own signatures, however many keys there are', () => {
    const keys = Array.from({ length: 150 }, makeKey);
    const x = (key: (typeof keys)[number]) => Buffer.from(key.publicJwk.x, 'base64url');
    for (const key of keys)
      expect(nodePrimitives.verifyEd25519(x(key), new Uint8Array(1), new Uint8Array(64))).toBe(false);
  });
});
