import { describe, expect, it } from 'vitest';
import { nodePrimitives } from '#daemon/platform/node-primitives.ts';
import { SanadError } from '#shared/contract/problem.ts';
import {
  acceptProfile,
  MAX_SIGNED_PROFILE_BYTES,
  openSignedProfile,
  type SignedProfile,
} from '#shared/registration/authority-profile/signed-profile.ts';
import { PAKISTAN, profileJson } from '../../../authority/profiles.ts';
import { acceptedKeySet, clockAt, DAY, makeGateway, NOW, type TestGateway } from '../issue.ts';
import { issueProfile, keySetWithProfileKey, profileKey } from './issue-profile.ts';
import { smallProfile, smallProfileDocument } from './small-profile.ts';

const gateway = makeGateway('https://gateway.example');
const keySet = keySetWithProfileKey(gateway);

function accept(text: string, more: Partial<Parameters<typeof acceptProfile>[0]> = {}): SignedProfile {
  return acceptProfile({
    ...{ text, keySet, stored: undefined, clock: clockAt(NOW), primitives: nodePrimitives },
    ...more,
  });
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof SanadError) return error.problem.code;
    throw error;
  }
  return 'accepted';
}

describe('a signed profile', () => {
  it('is taken from a key with the role, and read back', () => {
    const text = issueProfile(gateway, {});
    const signed = accept(text);
    expect(signed).toMatchObject({ issuer: gateway.anchor.origin, issuedAt: NOW, text });
    expect(signed.profile.reference).toBe('xx-small@3');
    expect(openSignedProfile({ text, keySet, primitives: nodePrimitives }).profile.document).toEqual(
      signed.profile.document,
    );
  });

  it('has room for the largest that there is, twice over', () => {
    const text = issueProfile(gateway, { profile: profileJson(PAKISTAN) });
    expect(text.length).toBeLessThan(MAX_SIGNED_PROFILE_BYTES / 2);
    expect(accept(text).profile.reference).toBe('pk-pta@1');
  });

  const other: TestGateway = makeGateway('https://other.example');
  it.each<readonly [string, () => string, string]>([
    ['changed on its way', () => vary(issueProfile(gateway, {})), 'profile_signature_invalid'],
    [
      'by another key',
      () => issueProfile(gateway, { signer: gateway.certificateKey }),
      'profile_key_not_allowed',
    ],
    [
      'by the status key',
      () => issueProfile(gateway, { signer: gateway.statusKey }),
      'profile_key_not_allowed',
    ],
    ['by the root key', () => issueProfile(gateway, { signer: gateway.root }), 'profile_key_not_allowed'],
    [
      'for another gateway',
      () => issueProfile(gateway, { iss: other.anchor.origin }),
      'profile_issuer_wrong',
    ],
    ['of another type', () => issueProfile(gateway, { typ: 'statuslist+jwt' }), 'profile_malformed'],
    ['with another algorithm', () => issueProfile(gateway, { alg: 'EdDSA' }), 'profile_malformed'],
    [
      'with a member too many in its header',
      () => issueProfile(gateway, { crit: ['x'] }),
      'profile_malformed',
    ],
    ['with a member too many', () => issueProfile(gateway, { more: 1 }), 'profile_malformed'],
    ['of another ver', () => issueProfile(gateway, { ver: 2 }), 'profile_malformed'],
    ['without a profile', () => issueProfile(gateway, { profile: null }), 'profile_malformed'],
    ['that is none', () => 'x', 'profile_malformed'],
    ['too large', () => 'x'.repeat(MAX_SIGNED_PROFILE_BYTES + 1), 'profile_too_large'],
    [
      'of a newer format',
      () => issueProfile(gateway, { profile: { ...smallProfileDocument(), format: 2 } }),
      'profile_format_unknown',
    ],
    [
      'with a feature that nobody here can judge',
      () => issueProfile(gateway, { profile: smallProfileDocument({ requires: ['tides'] }) }),
      'profile_feature_unknown',
    ],
  ])('%s is refused', (_what, make, code) => {
    expect(codeOf(() => accept(make()))).toBe(code);
  });

  it('is not taken under a key set that has expired, and stays readable', () => {
    const text = issueProfile(gateway, {});
    const late = clockAt(NOW + 400 * DAY);
    expect(codeOf(() => accept(text, { clock: late }))).toBe('key_set_expired');
    expect(codeOf(() => openSignedProfile({ text, keySet, primitives: nodePrimitives }))).toBe('accepted');
  });

  it('is not taken under the key set of another gateway', () => {
    const foreign = acceptedKeySet(other);
    expect(codeOf(() => accept(issueProfile(gateway, {}), { keySet: foreign }))).toBe(
      'profile_key_not_allowed',
    );
  });
});

describe('after a profile that was seen', () => {
  const version = (number: number, more: object = {}) =>
    issueProfile(gateway, { profile: smallProfileDocument({ version: number, ...more }) });
  const stored = accept(version(3));

  it.each([
    ['a newer one is taken', version(4), 'accepted'],
    ['an older one is refused', version(2), 'profile_older'],
    ['the same one is taken', version(3), 'accepted'],
    [
      'the same version with other rules is refused',
      version(3, { languages: ['en'], requires: [], letters: [letter()] }),
      'profile_conflict',
    ],
    ['another profile is refused', version(4, { id: 'xx-other' }), 'profile_conflict'],
  ])('%s', (_what, text, code) => {
    expect(codeOf(() => accept(text, { stored }))).toBe(code);
    // What comes with the program counts as seen.
    expect(codeOf(() => accept(text, { stored: smallProfile() }))).toBe(code);
  });

  it('one that came with the program says what it says; an older one is what that gateway goes by', () => {
    const known = [smallProfile(), smallProfile({ version: 4 })];
    expect(codeOf(() => accept(version(3), { known }))).toBe('accepted');
    const other = version(4, { letters: [letter()] });
    expect(codeOf(() => accept(other, { known, stored }))).toBe('profile_conflict');
    expect(codeOf(() => accept(version(5, { letters: [letter()] }), { known, stored }))).toBe('accepted');
  });

  it('the same one signed anew takes its place', () => {
    const text = issueProfile(gateway, { iat: NOW + DAY });
    expect(accept(text, { stored }).issuedAt).toBe(NOW + DAY);
  });
});

function letter() {
  const text = { en: 'x' };
  return { id: 'letter', title: text, summary: text, subject: text, body: text };
}

function vary(text: string): string {
  const [header = '', payload = '', signature = ''] = text.split('.');
  const changed = Buffer.from(payload, 'base64url').toString('utf8').replace('Office', 'Offive');
  return [header, Buffer.from(changed).toString('base64url'), signature].join('.');
}

it('the test key has the role alone', () => {
  expect(keySet.keys.get(profileKey.kid)).toMatchObject({ roles: ['profile'], assurances: [] });
});
