import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatConf, parseConf } from '#shared/wireguard/conf.ts';
import { canonicalConfiguration } from '#shared/wireguard/configuration-conversion.ts';
import { confWith, parsed, problems } from './conf-example.ts';

const SENTINEL = 'touch /tmp/sentinel';
const leftOut = ['PreUp', 'PostUp', 'PreDown', 'PostDown', 'SaveConfig', 'Table', 'FwMark'] as const;

/** Every letter in either case. */
function inAnyCase(key: string): fc.Arbitrary<string> {
  return fc.array(fc.boolean(), { minLength: key.length, maxLength: key.length }).map((upper) =>
    Array.from(key)
      .map((letter, i) => (upper[i] === true ? letter.toUpperCase() : letter.toLowerCase()))
      .join(''),
  );
}

describe.each(leftOut)('%s', (key) => {
  test('is left out and reported by line, whatever its case, blanks and line ends', () => {
    const blank = fc.constantFrom('', ' ', '\t', ' \t ');
    fc.assert(
      fc.property(
        inAnyCase(key),
        blank,
        blank,
        fc.constantFrom('\n', '\r\n'),
        (spelled, before, after, end) => {
          const text = confWith({ interfaceLines: [`${before}${spelled}${after}=${SENTINEL}`] });
          const { configuration, dropped } = parsed(text.replaceAll('\n', end));
          expect(dropped).toEqual([{ line: 5, key, reason: expect.any(String) }]);
          expect(canonicalConfiguration(configuration)).toBe(
            canonicalConfiguration(parsed(confWith({})).configuration),
          );
          expect(formatConf(configuration, { secrets: true })).not.toContain('sentinel');
          expect(JSON.stringify({ configuration, dropped })).not.toContain('sentinel');
        },
      ),
    );
  });

  test('may be repeated: each line is reported', () => {
    const { dropped } = parsed(confWith({ interfaceLines: [`${key} = a`, `${key} = b`] }));
    expect(dropped.map(({ line }) => line)).toEqual([5, 6]);
  });

  test.each(['\r', '\u0000', '\u000B', '\u000C', '\u0085', '\u2028', '\u2029'])(
    'behind %j in another value refuses the file',
    (separator) => {
      const text = confWith({ interfaceLines: [`MTU = 1420${separator}${key} = ${SENTINEL}`] });
      expect(problems(text)).toContainEqual(expect.objectContaining({ line: 5, code: 'control_character' }));
    },
  );

  test('spelled with look-alikes is an unknown key and refuses the file', () => {
    const lookAlikes: Readonly<Record<string, string>> = {
      P: 'Р',
      o: 'о',
      e: 'е',
      a: 'а',
      S: 'Ѕ',
      T: 'Т',
      k: '\u212A',
      i: 'ı',
      F: 'Ｆ',
      U: 'Ｕ',
      D: 'Ｄ',
      w: 'ｗ',
      s: 'ſ',
    };
    const spellings = Array.from(key).flatMap((letter, i) => {
      const other = lookAlikes[letter];
      return other === undefined ? [] : [`${key.slice(0, i)}${other}${key.slice(i + 1)}`];
    });
    for (const spelled of [...spellings, `${key}\u200B`, `\u00A0${key}`, `\uFEFF${key}`, `${key}\u0301`]) {
      const text = confWith({ interfaceLines: [`${spelled} = ${SENTINEL}`] });
      expect(problems(text)).toEqual([{ line: 5, code: 'key_unknown', reason: expect.any(String) }]);
    }
  });

  test('outside of [Interface] refuses the file', () => {
    expect(parseConf(confWith({ peerLines: [`${key} = ${SENTINEL}`] })).kind).toBe('rejected');
    expect(parseConf(`${key} = ${SENTINEL}\n${confWith({})}`).kind).toBe('rejected');
  });
});

test('a key of WireGuard’s own spelled with a look-alike is unknown', () => {
  expect(
    problems(confWith({ peerLines: ['Persistent\u212Aeepalive = 25'] })).map(({ code }) => code),
  ).toEqual(['key_unknown']);
});
