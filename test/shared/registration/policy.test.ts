import { describe, expect, test } from 'vitest';
import { SanadError } from '#shared/contract/problem.ts';
import {
  builtInPolicy,
  override,
  parsePolicy,
  strictestPolicy,
  tighten,
} from '#shared/registration/policy.ts';

describe('parsePolicy', () => {
  test('takes any selection of keys', () => {
    expect(parsePolicy('{}')).toEqual({});
    expect(parsePolicy('{"status_grace_seconds": 7200}')).toEqual({ status_grace_seconds: 7200 });
  });

  test('takes every assurance that there is', () => {
    const all = ['attested', 'exempt', 'provisional', 'declared'];
    expect(parsePolicy(JSON.stringify({ accepted_assurances: all })).accepted_assurances).toEqual(all);
  });

  test.each([
    '',
    'null',
    '[]',
    '{"status_grace_seconds": 7200,}',
    '{"status_grace_seconds": 0}',
    '{"status_grace_seconds": 604801}',
    '{"status_grace_seconds": "7200"}',
    '{"accepted_assurances": []}',
    '{"accepted_assurances": ["attested", "any"]}',
    '{"clock_tolerance_seconds": -1}',
    '{"continue_without_tunnel": 1}',
    '{"continue_without_tunnel": null}',
    '{"continue_without_tunnel": false, "continue_without_tunnel": true}',
    '{"also_accepted_assurances": ["attested"]}',
    '{"also_accepted_assurances": "declared"}',
    '{"recorded_acts": [{"at": "yesterday", "act": "accept", "assurance": "declared"}]}',
    '{"recorded_acts": [{"at": "2026-11-20T10:00:00Z", "act": "accept", "assurance": "declared", "by": "x"}]}',
    '{"unknown": 1, "continue_without_tunnel": false}',
  ])('refuses %s whole', (text) => {
    expect(() => parsePolicy(text)).toThrow(SanadError);
    expect(() => parsePolicy(text)).toThrow(/^policy_invalid: /);
  });
});

describe('a policy file', () => {
  test.each([
    ['status_grace_seconds', 3600, 3599],
    ['status_grace_seconds', 604_800, 604_801],
    ['clock_tolerance_seconds', 0, -1],
    ['clock_tolerance_seconds', 900, 901],
    ['accepted_assurances', ['declared'], []],
    ['accepted_assurances', Array(4).fill('attested'), Array(5).fill('attested')],
  ])('may say of %s %j, and not %j', (key, within, beyond) => {
    expect(parsePolicy(JSON.stringify({ [key]: within }))).toEqual({ [key]: within });
    expect(() => parsePolicy(JSON.stringify({ [key]: beyond }))).toThrow(SanadError);
  });

  test('that is refused is told what is wrong, and what is in force meanwhile', () => {
    const problemOf = (text: string) => {
      try {
        return parsePolicy(text);
      } catch (error) {
        return error;
      }
    };
    const nextAction =
      'Correct the policy file; until then the last good policy, or else the strictest, is in force.';
    const known = { kind: 'usage', code: 'policy_invalid', nextAction };
    expect(problemOf('{')).toMatchObject({
      problem: { ...known, reason: 'A policy file is not valid: it is not JSON with each member once.' },
      cause: expect.any(SyntaxError),
    });
    expect(problemOf('{"status_grace_seconds": 1}')).toMatchObject({
      problem: { ...known, reason: expect.stringContaining('status_grace_seconds') },
      cause: expect.anything(),
    });
  });
});

test('where a policy cannot be read and no good one is known, as little as can be is accepted', () => {
  expect(strictestPolicy).toEqual({
    accepted_assurances: ['attested'],
    status_grace_seconds: 3600,
    clock_tolerance_seconds: 60,
    continue_without_tunnel: false,
  });
});

describe('the administrator’s files', () => {
  test('say over the built-in policy and the ones before them, either way', () => {
    const loose = override(builtInPolicy, { accepted_assurances: ['attested', 'declared'] });
    expect(loose.accepted_assurances).toEqual(['attested', 'declared']);
    expect(override(loose, { status_grace_seconds: 3600 })).toEqual({ ...loose, status_grace_seconds: 3600 });
  });
});

describe('an administrator’s addition', () => {
  const adding = { also_accepted_assurances: ['declared' as const] };

  test('is taken with the record of when it was made', () => {
    const act = { at: '2026-11-20T10:00:00Z', act: 'accept', assurance: 'declared' };
    const file = { ...adding, recorded_acts: [act] };
    expect(parsePolicy(JSON.stringify(file))).toEqual(file);
  });

  test('adds to what the files before it accept, whatever that has become', () => {
    expect(override(builtInPolicy, adding).accepted_assurances).toEqual(['attested', 'exempt', 'declared']);
    const strict = override(builtInPolicy, { accepted_assurances: ['attested'] });
    expect(override(strict, adding).accepted_assurances).toEqual(['attested', 'declared']);
    const twice = override(override(builtInPolicy, adding), adding);
    expect(twice.accepted_assurances).toEqual(['attested', 'exempt', 'declared']);
  });

  test('is taken away by a later file that says what is accepted', () => {
    const added = override(builtInPolicy, adding);
    expect(override(added, { accepted_assurances: ['attested'] }).accepted_assurances).toEqual(['attested']);
  });

  test('is nothing that a user could wish for', () => {
    expect(tighten(builtInPolicy, adding)).toEqual(builtInPolicy);
  });
});

describe('a user may only tighten', () => {
  test('each key in its stricter direction', () => {
    const wish = {
      accepted_assurances: ['attested' as const],
      status_grace_seconds: 3600,
      clock_tolerance_seconds: 0,
      continue_without_tunnel: false,
    };
    expect(tighten(builtInPolicy, wish)).toEqual(wish);
  });

  test('and what is looser does not count', () => {
    const wish = {
      accepted_assurances: ['attested' as const, 'exempt' as const, 'declared' as const],
      status_grace_seconds: 7 * 86_400,
      clock_tolerance_seconds: 900,
      continue_without_tunnel: true,
    };
    expect(tighten(builtInPolicy, wish)).toEqual(builtInPolicy);
    expect(tighten(strictestPolicy, wish)).toEqual(strictestPolicy);
    expect(tighten(builtInPolicy, {})).toEqual(builtInPolicy);
  });

  test('even to nothing', () => {
    const wish = { accepted_assurances: ['declared' as const] };
    expect(tighten(builtInPolicy, wish).accepted_assurances).toEqual([]);
  });

  test('the strictest policy is nowhere looser than the built-in one', () => {
    expect(tighten(builtInPolicy, strictestPolicy)).toEqual(strictestPolicy);
  });
});
