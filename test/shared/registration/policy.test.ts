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
    '{"unknown": 1, "continue_without_tunnel": false}',
  ])('refuses %s whole', (text) => {
    expect(() => parsePolicy(text)).toThrow(SanadError);
    expect(() => parsePolicy(text)).toThrow(/^policy_invalid: /);
  });
});

describe('the administrator’s files', () => {
  test('say over the built-in policy and the ones before them, either way', () => {
    const loose = override(builtInPolicy, { accepted_assurances: ['attested', 'declared'] });
    expect(loose.accepted_assurances).toEqual(['attested', 'declared']);
    expect(override(loose, { status_grace_seconds: 3600 })).toEqual({ ...loose, status_grace_seconds: 3600 });
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
