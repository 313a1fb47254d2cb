import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policyFaults } from '#shared/registration/policy-fault.ts';
import { policyFileKeys, policyKeys, policyKeyTexts } from '#shared/registration/policy-key.ts';
import { builtInPolicy, parsePolicy } from '#shared/registration/policy.ts';

const said = (text: string) => policyFaults(text).map(({ line, key, code }) => [line, key, code]);

describe('policy faults', () => {
  it.each([
    ['{}', []],
    ['{"continue_without_tunnel": false}', []],
    ['', [[1, null, 'not_json']]],
    ['{\n "a": tru', [[2, null, 'not_json']]],
    ['{\n "a": tru\n\n', [[2, null, 'not_json']]],
    ['{\n "a" 1,\n "b": 2\n}\n', [[2, null, 'not_json']]],
    ['{\n\n "status_grace_seconds": 7200,\n}', [[4, null, 'not_json']]],
    ['[]', [[1, null, 'not_an_object']]],
    ['null', [[1, null, 'not_an_object']]],
    ['{\n"status_grace": 7200}', [[2, 'status_grace', 'key_unknown']]],
    ['{"__proto__": 1}', [[1, '__proto__', 'key_unknown']]],
    ['{"status_grace" : 7200}', [[1, 'status_grace', 'key_unknown']]],
    ['{"status_grace_seconds": 3599}', [[1, 'status_grace_seconds', 'value_not_allowed']]],
    [
      '{\n"clock_tolerance_seconds": "60",\n"continue_without_tunnel": 1,\n"x": {"y": [1, "}"]}}',
      [
        [2, 'clock_tolerance_seconds', 'value_not_allowed'],
        [3, 'continue_without_tunnel', 'value_not_allowed'],
        [4, 'x', 'key_unknown'],
      ],
    ],
    [
      '{"continue_without_tunnel": false,\n"continue_without_tunn\\u0065l": true}',
      [[2, 'continue_without_tunnel', 'member_twice']],
    ],
    [
      '{"x": {"y": 1},\n"z": 2,\n"x": {"y": 3}}',
      [
        [1, 'x', 'key_unknown'],
        [2, 'z', 'key_unknown'],
        [3, 'x', 'member_twice'],
      ],
    ],
    [
      '{"x": [{"y": 1,\n"y": 2}]}',
      [
        [1, 'x', 'key_unknown'],
        [2, 'y', 'member_twice'],
      ],
    ],
  ])('of %j', (text, expected) => expect(said(text)).toEqual(expected));

  it('are found exactly where the service refuses the file', () => {
    const value = fc.oneof(
      fc.constantFrom(
        'true',
        'false',
        '"attested"',
        '["attested"]',
        '["declared"]',
        '["attested","any"]',
        '[]',
        '"}"',
        '{"a":1,"a":2}',
      ),
      fc.integer({ min: -5, max: 700_000 }).map(String),
    );
    const key = fc.oneof(fc.constantFrom<string>(...policyFileKeys), fc.constantFrom('x', '\\u0061'));
    const object = fc
      .array(fc.tuple(key, value), { maxLength: 4 })
      .map((members) => `{${members.map(([name, text]) => `"${name}": ${text}`).join(',\n')}}`);
    const damaged = fc.tuple(object, fc.nat(60)).map(([text, at]) => text.slice(0, at) + text.slice(at + 1));
    fc.assert(
      fc.property(fc.oneof(object, damaged, fc.json()), (text) => {
        const isRefused = (() => {
          try {
            parsePolicy(text);
            return false;
          } catch {
            return true;
          }
        })();
        expect(policyFaults(text).length > 0).toBe(isRefused);
      }),
      { numRuns: 2000, seed: 20_261_125 },
    );
  });

  it('are told in words, with as much of a name as fits', () => {
    const reasons = (text: string) => policyFaults(text).map(({ reason }) => reason);
    expect(reasons('[]')).toEqual(['A policy file is one JSON object: { … }.']);
    expect(reasons('{')).toEqual(['It is not JSON here: a comma, quote or bracket is missing or too many.']);
    const name = 'x'.repeat(65);
    const shown = 'x'.repeat(64);
    const keys =
      'accepted_assurances, also_accepted_assurances, status_grace_seconds, clock_tolerance_seconds, continue_without_tunnel, recorded_acts';
    expect(reasons(`{"${name}": 1, "${name}": 2}`)).toEqual([
      `There is no "${shown}". The keys are: ${keys}.`,
      `"${shown}" stands here a second time.`,
    ]);
  });

  it('say what may stand there instead', () => {
    for (const key of policyKeys) {
      const [fault] = policyFaults(`{"${key}": {}}`);
      expect(fault?.reason).toContain(policyKeyTexts[key].allowed);
    }
  });
});

describe('the words for keys', () => {
  it('are there for every key, once', () => {
    expect([...policyKeys].toSorted()).toEqual(Object.keys(builtInPolicy).toSorted());
  });
});
