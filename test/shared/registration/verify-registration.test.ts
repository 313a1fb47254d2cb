import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EndpointClaim } from '#shared/contract/gateway-contract.ts';
import type { Verification, VerifiedRegistration } from '#shared/registration/verify-registration.ts';
import {
  checkRegistration,
  isVerifiedRegistration,
  reverifyRegistration,
  verifyRegistration,
} from '#shared/registration/verify-registration.ts';
import { presenting, saying } from './attack.ts';
import {
  acceptedKeySet,
  acceptedStatusList,
  DAY,
  issueCertificate,
  keySetClaims,
  makeConfiguration,
  makeEndpoint,
  makeGateway,
  makeScene,
  NOW,
} from './issue.ts';

function presented({ public_key, host, port }: EndpointClaim) {
  return { publicKey: public_key, host, port };
}

function verified(result: Verification): VerifiedRegistration {
  if (result.kind === 'refused') throw new Error(result.refusal.code);
  return result.registration;
}

describe('verifyRegistration', () => {
  test('lets a registered endpoint through, with what was verified', () => {
    const { options } = makeScene();
    const registration = verified(verifyRegistration(options));
    expect(registration.configuration).toBe(options.configuration);
    expect(registration.certificateText).toBe(options.certificate);
    expect(registration.claims.iss).toBe('https://gateway.test');
    expect(registration.verifiedAt).toBe(NOW);
  });

  test.each(['vpn.example', '192.0.2.7', '2001:db8::7', 'xn--mgba3gch31f.example'])('covers %s', (host) => {
    const scene = makeScene();
    const endpoints = [makeEndpoint(host)];
    const certificate = issueCertificate(scene.gateway, scene.device, endpoints);
    const presented = presenting(scene, certificate, makeConfiguration(endpoints));
    expect(verifyRegistration({ ...scene.options, ...presented }).kind).toBe('verified');
  });

  test('covers two peers by two endpoints, in any order, and one of three', () => {
    const scene = makeScene();
    const [first, second, third] = [
      makeEndpoint('a.example'),
      makeEndpoint('b.example'),
      makeEndpoint('c.example'),
    ];
    const certificate = issueCertificate(scene.gateway, scene.device, [first, second, third]);
    for (const endpoints of [[second, first], [third]]) {
      const presented = presenting(scene, certificate, makeConfiguration(endpoints));
      expect(verifyRegistration({ ...scene.options, ...presented }).kind).toBe('verified');
    }
  });

  test.each([['example'], ['vpn.example'], ['other.test', 'example']])(
    'a key for %s covers vpn.example',
    (...suffixes) => {
      const { gateway, options } = makeScene();
      const [key, ...others] = keySetClaims(gateway).keys;
      if (key === undefined) throw new Error('the scene has keys');
      const keys = [{ ...key, host_suffixes: suffixes }, ...others];
      const keySets = [acceptedKeySet(gateway, { keys })];
      expect(verifyRegistration({ ...options, keySets }).kind).toBe('verified');
    },
  );

  test('accepts provisional where the administrator does', () => {
    const scene = makeScene();
    const presented = saying(() => ({ assurance: 'provisional' }))(scene);
    const policy = { ...scene.options.policy, accepted_assurances: ['provisional' as const] };
    expect(verifyRegistration({ ...scene.options, ...presented, policy }).kind).toBe('verified');
  });

  test('finds the issuer’s key set among several', () => {
    const { options } = makeScene();
    const keySets = [acceptedKeySet(makeGateway('https://other.test')), ...options.keySets];
    expect(verifyRegistration({ ...options, keySets }).kind).toBe('verified');
  });

  test('accepts to the last second: clock tolerance, grace, floor tolerance, exp', () => {
    const scene = makeScene();
    const started = saying(() => ({ nbf: NOW + 300, iat: NOW + 300, exp: NOW + DAY }))(scene);
    expect(verifyRegistration({ ...scene.options, ...started }).kind).toBe('verified');
    const ending = saying(() => ({ exp: NOW + 1 }))(scene);
    expect(verifyRegistration({ ...scene.options, ...ending }).kind).toBe('verified');
    const behind = { now: NOW, floor: NOW + 300 };
    expect(verifyRegistration({ ...scene.options, clock: behind }).kind).toBe('verified');
    const list = acceptedStatusList(scene.gateway, { iat: NOW - 72 * 3600, exp: NOW + DAY });
    const statusLists = new Map([[list.uri, list]]);
    expect(verifyRegistration({ ...scene.options, statusLists }).kind).toBe('verified');
  });

  test('refuses every certificate that differs in one character, and never throws', () => {
    const scene = makeScene();
    const { certificate } = scene.options;
    const letter = fc.constantFrom(...'ABCxyz019-_.=+/ \u0000é'.split(''));
    fc.assert(
      fc.property(fc.nat(certificate.length - 1), letter, (index, replacement) => {
        fc.pre(certificate[index] !== replacement);
        const changed = certificate.slice(0, index) + replacement + certificate.slice(index + 1);
        expect(verifyRegistration({ ...scene.options, ...presenting(scene, changed) }).kind).toBe('refused');
      }),
      { numRuns: 300 },
    );
  });

  test('refuses every proof that differs in one character, and any text at all', () => {
    const { options } = makeScene();
    const { text } = options.deviceProof;
    const changedProof = fc
      .tuple(fc.nat(text.length - 1), fc.constantFrom(...'ABCxyz019-_.='.split('')))
      .map(([index, letter]) => text.slice(0, index) + letter + text.slice(index + 1));
    fc.assert(
      fc.property(fc.oneof(changedProof, fc.string({ unit: 'binary' })), (proof) => {
        fc.pre(proof !== text);
        const deviceProof = { ...options.deviceProof, text: proof };
        expect(verifyRegistration({ ...options, deviceProof }).kind).toBe('refused');
      }),
      { numRuns: 300 },
    );
  });
});

test('a defect below the gate goes up, and is no refusal', () => {
  const { options } = makeScene();
  const defect = new TypeError('a defect');
  const sha256 = () => {
    throw defect;
  };
  const broken = { ...options, primitives: { ...options.primitives, sha256 } };
  expect(() => verifyRegistration(broken)).toThrow(defect);
});

describe('a VerifiedRegistration', () => {
  test('is known to isVerifiedRegistration, and its copies and imitations are not', () => {
    const registration = verified(verifyRegistration(makeScene().options));
    expect(isVerifiedRegistration(registration)).toBe(true);
    expect(isVerifiedRegistration({ ...registration })).toBe(false);
    expect(isVerifiedRegistration(Object.create(registration))).toBe(false);
    expect(isVerifiedRegistration(JSON.parse(JSON.stringify(registration)))).toBe(false);
    for (const other of [null, undefined, true, 'verified', {}])
      expect(isVerifiedRegistration(other)).toBe(false);
  });

  test('cannot be changed afterwards', () => {
    const registration = verified(verifyRegistration(makeScene().options));
    expect(Object.isFrozen(registration)).toBe(true);
    expect(() => Object.assign(registration, { certificateText: '' })).toThrow(TypeError);
    expect(() => Object.assign(registration.claims, { exp: 0 })).toThrow(TypeError);
    expect(() => Object.assign(registration.claims.decision, { valid_until: 0 })).toThrow(TypeError);
    expect(() => Object.assign(registration.claims.endpoints[0] ?? {}, { port: 1 })).toThrow(TypeError);
  });
});

describe('reverifyRegistration', () => {
  test('stands while nothing changes, and says when it was looked at', () => {
    const { options } = makeScene();
    const registration = verified(verifyRegistration(options));
    const clock = { now: NOW + 900, floor: NOW };
    const again = verified(reverifyRegistration({ ...options, registration, clock }));
    expect(isVerifiedRegistration(again)).toBe(true);
    expect(again).toMatchObject({ certificateText: options.certificate, verifiedAt: NOW + 900 });
  });

  test('falls with a status list that revokes it', () => {
    const { gateway, options } = makeScene();
    const registration = verified(verifyRegistration(options));
    const list = acceptedStatusList(gateway, { iat: NOW, statuses: { 7: 1 } });
    const result = reverifyRegistration({
      ...options,
      registration,
      statusLists: new Map([[list.uri, list]]),
    });
    expect(result).toMatchObject({ kind: 'refused', refusal: { code: 'registration_revoked' } });
  });

  test('falls with a key set that no longer lists the key', () => {
    const { gateway, options } = makeScene();
    const registration = verified(verifyRegistration(options));
    const keySets = [acceptedKeySet(gateway, { version: 2, keys: [] })];
    const result = reverifyRegistration({ ...options, registration, keySets });
    expect(result).toMatchObject({ kind: 'refused', refusal: { code: 'key_unknown' } });
  });

  test('falls with time and with a tightened policy', () => {
    const { options } = makeScene();
    const registration = verified(verifyRegistration(options));
    const late = reverifyRegistration({
      ...options,
      registration,
      clock: { now: NOW + 31 * DAY, floor: NOW },
    });
    expect(late).toMatchObject({ refusal: { code: 'certificate_expired' } });
    const policy = { ...options.policy, accepted_assurances: ['exempt' as const] };
    const strict = reverifyRegistration({ ...options, registration, policy });
    expect(strict).toMatchObject({ refusal: { code: 'assurance_not_accepted' } });
  });

  test('makes nothing of an imitation', () => {
    const { options } = makeScene();
    const registration = { ...verified(verifyRegistration(options)) };
    expect(reverifyRegistration({ ...options, registration })).toMatchObject({
      refusal: { code: 'unregistered' },
    });
  });
});

describe('checkRegistration', () => {
  test('says null where only the device proof is missing', () => {
    const { endpoints, options } = makeScene();
    expect(checkRegistration({ ...options, endpoints: endpoints.map(presented) })).toBeNull();
  });

  test('compares hosts, not spellings', () => {
    const { gateway, device, options } = makeScene();
    const endpoint = makeEndpoint('2001:db8::7');
    const certificate = issueCertificate(gateway, device, [endpoint]);
    const endpoints = [presented({ ...endpoint, host: '2001:0DB8:0:0::7' })];
    expect(checkRegistration({ ...options, certificate, endpoints })).toBeNull();
  });

  test('says what connect would say', () => {
    const { endpoints, options } = makeScene();
    const [endpoint] = endpoints.map(presented);
    if (endpoint === undefined) throw new Error('the scene has an endpoint');
    const check = (changed: Partial<typeof endpoint>) =>
      checkRegistration({ ...options, endpoints: [{ ...endpoint, ...changed }] })?.code;
    expect(check({ port: 1 })).toBe('endpoint_not_covered');
    expect(check({ host: '' })).toBe('peer_without_endpoint');
    expect(check({ host: 'no host at all' })).toBe('endpoint_not_covered');
    expect(check({ publicKey: 'no key' })).toBe('endpoint_not_covered');
    expect(checkRegistration({ ...options, endpoints: [] })?.code).toBe('peer_without_endpoint');
    expect(checkRegistration({ ...options, certificate: undefined, endpoints: [endpoint] })?.code).toBe(
      'unregistered',
    );
  });
});
