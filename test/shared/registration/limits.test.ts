import { describe, expect, test } from 'vitest';
import { nodePrimitives as primitives } from '#daemon/platform/node-primitives.ts';
import { CERTIFICATE_TYPE, MAX_CERTIFICATE_BYTES } from '#shared/registration/certificate.ts';
import {
  DEVICE_PROOF_TYPE,
  deviceProofClaims,
  MAX_DEVICE_PROOF_BYTES,
} from '#shared/registration/device-proof.ts';
import { acceptKeySet, KEY_SET_TYPE, MAX_KEY_SET_BYTES } from '#shared/registration/key-set.ts';
import {
  acceptStatusList,
  MAX_STATUS_LIST_BYTES,
  STATUS_LIST_TYPE,
} from '#shared/registration/status-list.ts';
import { verifyRegistration } from '#shared/registration/verify-registration.ts';
import { attempt, presenting, refusalThrown } from './attack.ts';
import { spacedHeader } from './certificate-attack.ts';
import type { CertificateChanges, Scene, TestKey } from './issue.ts';
import {
  acceptedKeySet,
  certificateClaims,
  clockAt,
  DAY,
  encode,
  issueKeySet,
  issueStatusList,
  keySetClaims,
  makeEndpoint,
  makeGateway,
  makeScene,
  NOW,
  proveDevice,
  signJws,
  statusBytes,
} from './issue.ts';

/** The greatest that is taken, and the least beyond: docs/protocol.md. */
const x = (length: number): string => 'x'.repeat(length);
const WEEK = 7 * DAY;

function codeOfConnect(scene: Scene, changed: Partial<Scene['options']>): string | undefined {
  return attempt({ kind: 'connect', options: { ...scene.options, ...changed } })?.code;
}

/** White space inside header and payload makes the document as long as wanted. */
function stretched(header: object, claims: object, key: TestKey, length: number): string {
  const spaced = (value: object, spaces: number) =>
    JSON.stringify(value).replace('{', `{${' '.repeat(spaces)}`);
  // No bytes give a length of 4n + 1 in base64url: then the header takes one more.
  for (const inHeader of [0, 1, 2]) {
    const head = spaced(header, inHeader);
    const room = length - encode(head).length - '..'.length - encode(new Uint8Array(64)).length;
    const spaces = Math.floor((room * 3) / 4) - JSON.stringify(claims).length;
    const text = signJws(head, spaced(claims, spaces), key);
    if (text.length === length) return text;
  }
  throw new Error('this length cannot be made');
}

describe('a certificate', () => {
  const claiming = (changes: CertificateChanges | ((scene: Scene) => CertificateChanges)) => {
    const scene = makeScene();
    const { gateway, device, endpoints } = scene;
    const own = typeof changes === 'function' ? changes(scene) : changes;
    const claims = certificateClaims(gateway, device, endpoints, own);
    const header = { alg: 'Ed25519', typ: CERTIFICATE_TYPE, kid: gateway.certificateKey.kid };
    return codeOfConnect(scene, presenting(scene, signJws(header, claims, gateway.certificateKey)));
  };
  const status = (idx: number, uri: string) => ({ status: { status_list: { idx, uri } } });

  test.each<[string, CertificateChanges, string | undefined, CertificateChanges]>([
    ['jti', { jti: x(64) }, undefined, { jti: x(65) }],
    ['jti', { jti: 'x' }, undefined, { jti: '' }],
    ['iss', { iss: x(255) }, 'issuer_unknown', { iss: x(256) }],
    ['iss', { iss: 'x' }, 'issuer_unknown', { iss: '' }],
    ['exp', { exp: NOW - 3600 + 366 * DAY }, undefined, { exp: NOW - 3600 + 366 * DAY + 1 }],
    ['nbf', { nbf: 0 }, undefined, { nbf: -1 }],
    ['idx', status(0, 'https://gateway.test/v1/status-list/1'), undefined, status(-1, 'x')],
    ['uri', status(7, x(2048)), 'status_list_missing', status(7, x(2049))],
    ['uri', status(7, 'x'), 'status_list_missing', status(7, '')],
    ['jkt', { cnf: { jkt: x(43) } }, 'proof_device_mismatch', { cnf: { jkt: x(44) } }],
    ['jkt', { cnf: { jkt: x(43) } }, 'proof_device_mismatch', { cnf: { jkt: `=${x(43)}` } }],
    ['jkt', { cnf: { jkt: x(43) } }, 'proof_device_mismatch', { cnf: { jkt: `${x(43)}=` } }],
  ])('takes %s up to its bound: %j', (_, within, code, beyond) => {
    expect(claiming(within)).toBe(code);
    expect(claiming(beyond)).toBe('certificate_claims_invalid');
  });

  test('takes eight endpoints, and provisional and exempt where they are accepted', () => {
    const seven = Array.from({ length: 7 }, () => makeEndpoint('a.example'));
    expect(claiming(({ endpoints }) => ({ endpoints: [...endpoints, ...seven] }))).toBeUndefined();
    expect(claiming({ assurance: 'exempt' })).toBeUndefined();
    expect(claiming({ assurance: 'provisional' })).toBe('assurance_not_accepted');
  });

  test('takes a header of 512 characters, and the whole of 4096', () => {
    const scene = makeScene();
    const { gateway, device, endpoints } = scene;
    const { kid } = gateway.certificateKey;
    const claims = certificateClaims(gateway, device, endpoints);
    const wide = signJws(spacedHeader(512).replace('KID', kid), claims, gateway.certificateKey);
    expect(wide.indexOf('.')).toBe(512);
    expect(codeOfConnect(scene, presenting(scene, wide))).toBeUndefined();
    const header = { alg: 'Ed25519', typ: CERTIFICATE_TYPE, kid };
    const long = stretched(header, claims, gateway.certificateKey, MAX_CERTIFICATE_BYTES);
    expect(codeOfConnect(scene, presenting(scene, long))).toBeUndefined();
  });

  test('is told apart by what is wrong, in bounded words', () => {
    const scene = makeScene();
    const { gateway, device, endpoints } = scene;
    const header = { alg: 'Ed25519', typ: CERTIFICATE_TYPE, kid: gateway.certificateKey.kid };
    const claims = certificateClaims(gateway, device, endpoints);
    const reason = (certificate: string) => {
      const result = verifyRegistration({ ...scene.options, ...presenting(scene, certificate) });
      return result.kind === 'refused' ? result.refusal.reason : '';
    };
    const odd = signJws({ ...header, [x(40)]: 1 }, claims, gateway.certificateKey);
    expect(reason(odd)).toContain(`(header member ${x(32)})`);
    expect(reason(`A.${odd.split('.').slice(1).join('.')}`)).toContain('not canonical base64url');
    expect(reason(`${odd}.e30`)).toContain('not three parts');
    expect(reason('AAAA')).toContain('no header');
    expect(reason(signJws(header, '[]', gateway.certificateKey))).toMatch(/\([A-Z]\w+ .*\)$/);
    expect(reason(signJws(header, { ...claims, sub: 7 }, gateway.certificateKey))).toContain('(sub: ');
  });
});

describe('a key set', () => {
  const gateway = makeGateway();
  const [first, second] = keySetClaims(gateway).keys;
  if (first === undefined || second === undefined) throw new Error('a gateway has two keys');
  const taking = (text: string) =>
    refusalThrown(() =>
      acceptKeySet({ text, anchor: gateway.anchor, stored: undefined, clock: clockAt(NOW), primitives }),
    )?.code;
  const saying = (changes: Parameters<typeof issueKeySet>[1]) => taking(issueKeySet(gateway, changes));
  const times = <Value>(count: number, value: Value): Value[] => Array.from({ length: count }, () => value);
  const origins = (count: number) => Array.from({ length: count }, (_, index) => `https://o${index}.test`);
  const longOrigin = (length: number) => `https://${x(63)}.${x(63)}.${x(63)}.${x(length - 8 - 192)}`;
  const role = (text: string) => ({ ...first, roles: [text] as (typeof first)['roles'] });

  test.each([
    ['version', { version: 1 }, undefined, { version: 0 }],
    ['iat', { iat: 0 }, undefined, { iat: -1 }],
    [
      'roles',
      { keys: [{ ...first, roles: times(8, 'status') }] },
      undefined,
      { keys: [{ ...first, roles: times(9, 'status') }] },
    ],
    ['a role', { keys: [role(x(32))] }, 'key_set_role_unknown', { keys: [role(x(33))] }],
    [
      'assurances',
      { keys: [{ ...first, assurances: times(8, 'attested' as const) }] },
      undefined,
      { keys: [{ ...first, assurances: times(9, 'attested' as const) }] },
    ],
    [
      'suffixes',
      { keys: [{ ...first, host_suffixes: times(64, 'a.test') }] },
      undefined,
      { keys: [{ ...first, host_suffixes: times(65, 'a.test') }] },
    ],
    ['keys', { keys: times(64, first) }, 'key_set_duplicate_key', { keys: times(65, first) }],
    ['gateway origins', { gateway_origins: origins(8) }, undefined, { gateway_origins: origins(9) }],
    ['status origins', { status_origins: origins(8) }, undefined, { status_origins: origins(9) }],
    ['an origin', { status_origins: [longOrigin(255)] }, undefined, { status_origins: [longOrigin(256)] }],
  ] as const)('takes %s up to the bound', (_, within, code, beyond) => {
    expect(saying(within as Parameters<typeof issueKeySet>[1])).toBe(code);
    expect(saying(beyond as Parameters<typeof issueKeySet>[1])).toBe('key_set_malformed');
  });

  test('takes 131072 characters, and none more', () => {
    const header = { alg: 'Ed25519', typ: KEY_SET_TYPE, kid: gateway.root.kid };
    expect(taking(stretched(header, keySetClaims(gateway), gateway.root, MAX_KEY_SET_BYTES))).toBeUndefined();
    expect(MAX_KEY_SET_BYTES).toBe(131_072);
  });
});

describe('a status list', () => {
  const gateway = makeGateway();
  const keySet = acceptedKeySet(gateway);
  const taking = (text: string) =>
    refusalThrown(() =>
      acceptStatusList({ text, keySet, stored: undefined, clock: clockAt(NOW), primitives }),
    )?.code;
  const saying = (changes: Parameters<typeof issueStatusList>[1]) =>
    taking(issueStatusList(gateway, changes));
  const at = (length: number) => `${gateway.origin}/${x(length - gateway.origin.length - 1)}`;

  test.each<
    [string, Parameters<typeof issueStatusList>[1], string | undefined, Parameters<typeof issueStatusList>[1]]
  >([
    ['ttl', { ttl: 1 }, undefined, { ttl: 0 }],
    ['ttl', { ttl: WEEK }, undefined, { ttl: WEEK + 1 }],
    ['exp', { iat: NOW, exp: NOW + 1 }, undefined, { iat: NOW, exp: NOW }],
    ['exp', { exp: NOW - 60 + WEEK }, undefined, { exp: NOW - 60 + WEEK + 1 }],
    ['iat', { iat: 0, exp: WEEK }, 'status_list_expired', { iat: -1, exp: WEEK - 2 }],
    ['sub', { sub: at(2048) }, undefined, { sub: at(2049) }],
    ['iss', { iss: x(255) }, 'status_list_issuer_wrong', { iss: x(256) }],
    ['lst', { size: 0 }, undefined, { status_list: { bits: 2, lst: '' } }],
  ])('takes %s up to its bound', (_, within, code, beyond) => {
    expect(saying(within)).toBe(code);
    expect(saying(beyond)).toBe('status_list_malformed');
  });

  test('takes 716800 characters, and none more', () => {
    const header = { alg: 'Ed25519', typ: STATUS_LIST_TYPE, kid: gateway.statusKey.kid };
    const lst = statusBytes(8);
    const claims = {
      iss: gateway.origin,
      sub: gateway.statusListUri,
      iat: NOW,
      exp: NOW + DAY,
      ttl: 900,
      status_list: { bits: 2, lst },
    };
    expect(taking(stretched(header, claims, gateway.statusKey, MAX_STATUS_LIST_BYTES))).toBeUndefined();
    expect(MAX_STATUS_LIST_BYTES).toBe(716_800);
  });

  test('says which part of the statuses is wrong', () => {
    const reason = (lst: string) =>
      refusalThrown(() =>
        acceptStatusList({
          text: issueStatusList(gateway, { status_list: { bits: 2, lst } }),
          keySet,
          stored: undefined,
          clock: clockAt(NOW),
          primitives,
        }),
      )?.reason;
    expect(reason('AB')).toContain('base64url');
    expect(reason('AAAA')).toContain('zlib');
  });
});

describe('a device proof', () => {
  const proving = (changes: Partial<Parameters<typeof proveDevice>[0]>, nonce: string, instance: string) => {
    const scene = makeScene();
    const { certificate, configuration } = scene.options;
    const text = proveDevice({
      device: scene.device,
      certificate,
      configuration,
      nonce,
      instance,
      ...changes,
    });
    return codeOfConnect(scene, { deviceProof: { nonce, instance, text } });
  };
  const saying = (changes: object) => {
    const scene = makeScene();
    const { deviceProof } = scene.options;
    const claims = deviceProofClaims({ ...scene.options, ...deviceProof, now: NOW });
    const header = { alg: 'Ed25519', typ: DEVICE_PROOF_TYPE, jwk: scene.device.publicJwk };
    const text = signJws(header, { ...claims, ...changes }, scene.device);
    return codeOfConnect(scene, { deviceProof: { ...deviceProof, text } });
  };

  test('takes nonce and instance of 1 to 128 characters', () => {
    expect(proving({}, 'n', 'i')).toBeUndefined();
    expect(proving({}, x(128), x(128))).toBeUndefined();
    expect(proving({}, x(129), 'i')).toBe('proof_malformed');
    expect(proving({}, 'n', x(129))).toBe('proof_malformed');
    expect(saying({ nonce: '' })).toBe('proof_malformed');
    expect(saying({ daemon_instance: '' })).toBe('proof_malformed');
  });

  test('takes two minutes on either side', () => {
    for (const now of [NOW - 120, NOW + 120]) expect(proving({ now }, 'n', 'i')).toBeUndefined();
  });

  test.each([x(42), x(44), `=${x(43)}`, `${x(43)}=`, `${x(42)}+`])('takes no hash like %s', (hash) => {
    expect(saying({ certificate_hash: hash })).toBe('proof_malformed');
    expect(saying({ configuration_hash: hash })).toBe('proof_malformed');
    expect(saying({ iat: -1 })).toBe('proof_malformed');
  });

  test('takes 2048 characters', () => {
    const scene = makeScene();
    const { deviceProof } = scene.options;
    const claims = deviceProofClaims({ ...scene.options, ...deviceProof, now: NOW });
    const header = { alg: 'Ed25519', typ: DEVICE_PROOF_TYPE, jwk: scene.device.publicJwk };
    const text = stretched(header, claims, scene.device, MAX_DEVICE_PROOF_BYTES);
    expect(codeOfConnect(scene, { deviceProof: { ...deviceProof, text } })).toBeUndefined();
    expect(MAX_DEVICE_PROOF_BYTES).toBe(2048);
  });
});
