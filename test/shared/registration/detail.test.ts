import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { nodePrimitives as primitives } from '#daemon/platform/node-primitives.ts';
import { firstIssue } from '#shared/registration/first-issue.ts';
import { acceptKeySet } from '#shared/registration/key-set.ts';
import { acceptStatusList } from '#shared/registration/status-list.ts';
import { attempt, presenting, refusalThrown } from './attack.ts';
import type { CertificateChanges } from './issue.ts';
import {
  acceptedKeySet,
  clockAt,
  DAY,
  issueCertificate,
  issueKeySet,
  issueStatusList,
  keySetClaims,
  makeEndpoint,
  makeGateway,
  makeScene,
  NOW,
} from './issue.ts';

/** Whoever runs a gateway has to find the mistake with nothing but these words. */
describe('a refusal says which rule is broken, and where', () => {
  test.each<[CertificateChanges, string]>([
    [
      { endpoints: [makeEndpoint('VPN.example')] },
      '(endpoints.0: public_key or host is not written canonically)',
    ],
    [{ iat: NOW, exp: NOW }, '(exp is not after iat and nbf)'],
    [{ exp: NOW + 400 * DAY }, '(valid for more than 366 days)'],
  ])('in a certificate that says %j', (changes, words) => {
    const scene = makeScene();
    const certificate = issueCertificate(scene.gateway, scene.device, scene.endpoints, changes);
    const options = { ...scene.options, ...presenting(scene, certificate) };
    expect(attempt({ kind: 'connect', options })?.reason).toContain(words);
  });

  const gateway = makeGateway();
  const keySet = acceptedKeySet(gateway);
  const grounds = { stored: undefined, clock: clockAt(NOW), primitives };

  test('in a key set', () => {
    const { anchor } = gateway;
    const reason = (changes: Parameters<typeof issueKeySet>[1]) =>
      refusalThrown(() => acceptKeySet({ text: issueKeySet(gateway, changes), anchor, ...grounds }))?.reason;
    const [key] = keySetClaims(gateway).keys;
    if (key === undefined) throw new Error('a gateway has keys');
    expect(reason({ status_origins: ['https://cdn.test/'] })).toContain('(status_origins.0: not an origin)');
    expect(reason({ keys: [{ ...key, host_suffixes: ['.example'] }] })).toContain(
      '(keys.0.host_suffixes.0: not a lower-case host name of A-labels without a leading dot)',
    );
  });

  test('in a status list', () => {
    const text = issueStatusList(gateway, { exp: NOW + 8 * DAY });
    expect(refusalThrown(() => acceptStatusList({ text, keySet, ...grounds }))?.reason).toContain(
      '(exp is not within a week after iat)',
    );
  });
});

describe('firstIssue', () => {
  const said = (value: unknown) => {
    const schema = z.strictObject({ a: z.array(z.string()) }).refine(({ a }) => a.length < 2, 'too many');
    return firstIssue(schema.safeParse(value).error ?? new z.ZodError([]));
  };

  test('names the place, its parts apart by dots, and the rule', () => {
    expect(said({ a: ['', 7] })).toMatch(/^a\.1: \S/);
  });

  test('names the rule alone where it is about the whole', () => {
    expect(said({ a: ['', ''] })).toBe('too many');
  });

  test('says no less than that something is wrong', () => {
    expect(said({ a: [] })).toBe('not as it should be');
  });
});
