import { createHmac } from 'node:crypto';
import { CERTIFICATE_TYPE } from '#shared/registration/certificate.ts';
import { DECLARATION_TYPE, MAX_DECLARATION_BYTES } from '#shared/registration/declaration.ts';
import type { RefusalCode } from '#shared/registration/refusal.ts';
import { connect, presenting, type Attack } from './attack.ts';
import {
  acceptingDeclared,
  declarationClaims,
  declarationHeader,
  declare,
  declaring,
  issuerOf,
  type DeclarationChanges,
} from './declare.ts';
import {
  acceptedKeySet,
  certificateClaims,
  DAY,
  encode,
  issueCertificate,
  keySetClaims,
  makeConfiguration,
  makeEndpoint,
  makeKey,
  makeWireguardKey,
  NOW,
  proveDevice,
  signJws,
  type Scene,
} from './issue.ts';

/** The device states something else, rightly signed. */
function stating(changes: (scene: Scene) => DeclarationChanges) {
  return (scene: Scene) => declaring(scene, declare(scene.device, scene.endpoints, changes(scene)));
}

/** The device's key under another header. */
function headed(header: (scene: Scene) => object | string) {
  return (scene: Scene) => {
    const { device, endpoints } = scene;
    const changed = header(scene);
    const whole = typeof changed === 'string' ? changed : { ...declarationHeader(device), ...changed };
    return declaring(scene, signJws(whole, declarationClaims(device, endpoints), device));
  };
}

/** The device's key over another payload. */
function paying(payload: (json: string, scene: Scene) => unknown) {
  return (scene: Scene) => {
    const { device, endpoints } = scene;
    const json = JSON.stringify(declarationClaims(device, endpoints));
    return declaring(scene, signJws(declarationHeader(device), payload(json, scene), device));
  };
}

/** The declaration's text, changed. */
function rewritten(rewrite: (parts: [string, string, string]) => string) {
  return (scene: Scene) => {
    const [header = '', payload = '', signature = ''] = declare(scene.device, scene.endpoints).split('.');
    return declaring(scene, rewrite([header, payload, signature]));
  };
}

/** With the gateway that the scene has joined. */
function joined(attack: (scene: Scene) => ReturnType<typeof declaring>) {
  return (scene: Scene) => {
    const { keySets, statusLists } = scene.options;
    return { ...attack(scene), keySets, statusLists };
  };
}

/** A verifier that lets the header choose would take the public key for an HMAC secret. */
function hmacSigned({ device, endpoints }: Scene): string {
  const header = { ...declarationHeader(device), alg: 'HS256' };
  const input = `${encode(header)}.${encode(declarationClaims(device, endpoints))}`;
  const secret = Buffer.from(device.publicJwk.x, 'base64url');
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

const claimChanges: Readonly<Record<string, (scene: Scene) => object>> = {
  'another version': () => ({ ver: 2 }),
  'a registration that is no UUID': () => ({ sub: 'office' }),
  'no identifier': () => ({ jti: '' }),
  'a life of 90 days and a second': () => ({ exp: NOW - 3600 + 90 * DAY + 1 }),
  'a life of a year': () => ({ exp: NOW + 366 * DAY }),
  'an exp before its iat': () => ({ exp: NOW - 3600 }),
  'an nbf after its exp': () => ({ nbf: NOW + 91 * DAY }),
  'an iat before 1970': () => ({ iat: -1 }),
  'no key': () => ({ cnf: {} }),
  'its key twice': ({ device }) => ({ cnf: { jkt: device.kid, jwk: device.publicJwk } }),
  'no endpoint': () => ({ endpoints: [] }),
  'nine endpoints': () => ({ endpoints: Array.from({ length: 9 }, () => makeEndpoint('a.example')) }),
  'a host in capitals': () => ({
    endpoints: [{ public_key: makeWireguardKey(), host: 'VPN.example', port: 1 }],
  }),
  'the word attested': () => ({ assurance: 'attested' }),
  'the word exempt': () => ({ assurance: 'exempt' }),
  'no assurance': () => ({ assurance: undefined }),
  'no decision': () => ({ decision: undefined }),
  'a decision of later than itself': () => ({ decision: { ...decided, decided_at: NOW } }),
  'the reference in its decision': () => ({ decision: { ...decided, reference: 'PTA/2026/17' } }),
  'a status list': ({ gateway }) => ({ status: { status_list: { idx: 7, uri: gateway.statusListUri } } }),
  'the reference for a commitment': () => ({ commitments: { reference: 'PTA/2026/17' } }),
  'a commitment and its salt': () => ({ commitments: { reference: 'A'.repeat(43), salt: 'A'.repeat(43) } }),
  'the reference itself': () => ({ reference: 'PTA/2026/17' }),
  'a gateway for its issuer': ({ gateway }) => ({ iss: gateway.origin }),
};
const decided = {
  authority: 'pk-pta',
  profile: 'pk-pta@1',
  route: 'A',
  category: 'company',
  decided_at: NOW - DAY,
};

const malformed = (name: string, change: Parameters<typeof connect>[2]): Attack =>
  connect(name, 'declaration_malformed', change);
const refused = (code: RefusalCode) => (name: string, change: Parameters<typeof connect>[2]) =>
  connect(name, code, change);
const invalid = refused('declaration_claims_invalid');

export const declarationAttacks: readonly Attack[] = [
  // Whether it counts at all.
  connect('a declaration where nobody has accepted any', 'declaration_not_accepted', (scene) => ({
    ...stating(() => ({}))(scene),
    policy: scene.options.policy,
  })),
  connect(
    'a declaration where only the provisional is accepted besides',
    'declaration_not_accepted',
    (scene) => ({
      ...joined(stating(() => ({})))(scene),
      policy: { ...scene.options.policy, accepted_assurances: ['attested', 'exempt', 'provisional'] },
    }),
  ),

  // As it lies there.
  malformed(
    'a declaration of more than 4 KiB',
    stating(() => ({ jti: 'x'.repeat(MAX_DECLARATION_BYTES) })),
  ),
  malformed(
    'a declaration of four parts',
    rewritten((parts) => `${parts.join('.')}.e30`),
  ),
  malformed(
    'a declaration without a signature',
    rewritten(([h, p]) => `${h}.${p}.`),
  ),
  malformed(
    'a declaration with a truncated signature',
    rewritten(([h, p, s]) => `${h}.${p}.${s.slice(0, -4)}`),
  ),
  malformed(
    'a declaration with doubled claims',
    paying((json) => json.replace('{', '{"exp":1,')),
  ),
  malformed(
    'a declaration with doubled claims, one of them escaped',
    paying((json) => json.replace('{', String.raw`{"\u0061ssurance":"attested",`)),
  ),
  malformed(
    'a declaration with alg none',
    headed(() => ({ alg: 'none' })),
  ),
  malformed(
    'a declaration with alg none and no signature',
    rewritten(([, p]) => `${encode({ alg: 'none', typ: DECLARATION_TYPE })}.${p}.`),
  ),
  malformed('a declaration with HS256 and the public key as secret', (scene) =>
    declaring(scene, hmacSigned(scene)),
  ),
  malformed(
    'a declaration with alg EdDSA',
    headed(() => ({ alg: 'EdDSA' })),
  ),
  malformed(
    'a declaration with a kid besides its jwk',
    headed(({ device }) => ({ kid: device.kid })),
  ),
  malformed(
    'a declaration with a kid in place of its jwk',
    headed(({ device }) => `{"alg":"Ed25519","typ":"${DECLARATION_TYPE}","kid":"${device.kid}"}`),
  ),
  malformed(
    'a declaration with a critical extension',
    headed(() => ({ crit: ['exp'] })),
  ),
  malformed(
    'a declaration that shows the private key',
    headed(({ device }) => ({ jwk: device.privateKey.export({ format: 'jwk' }) })),
  ),
  malformed(
    'a declaration whose key is spelt otherwise',
    headed(({ device }) => ({ jwk: { ...device.publicJwk, x: `${device.publicJwk.x.slice(0, 42)}_` } })),
  ),

  // Who signed it.
  connect('a declaration signed by another key than it shows', 'declaration_signature_invalid', (scene) => {
    const signer = { ...makeKey(), publicJwk: scene.device.publicJwk };
    return stating(() => ({ signer }))(scene);
  }),
  connect(
    'a declaration whose claims were exchanged under the old signature',
    'declaration_signature_invalid',
    (scene) => {
      const [h = '', , s = ''] = declare(scene.device, scene.endpoints).split('.');
      return declaring(scene, `${h}.${encode(declarationClaims(scene.device, [makeEndpoint()]))}.${s}`);
    },
  ),
  invalid(
    'a declaration signed by another key, in this one’s name',
    stating(() => ({ signer: makeKey() })),
  ),
  invalid(
    'a declaration in another key’s name',
    stating(() => ({ iss: issuerOf(makeKey()) })),
  ),
  invalid(
    'a declaration for another device than its own',
    stating(() => ({ cnf: { jkt: makeKey().kid } })),
  ),
  invalid(
    'a declaration under a bare thumbprint',
    stating(({ device }) => ({ iss: device.kid })),
  ),
  invalid(
    'a declaration under a thumbprint of another hash',
    stating(({ device }) => ({ iss: issuerOf(device).replace('sha-256', 'sha-512') })),
  ),
  ...Object.entries(claimChanges).map(([name, changes]) =>
    invalid(
      `a declaration with ${name}`,
      paying((json, scene) => ({ ...JSON.parse(json), ...changes(scene) })),
    ),
  ),

  // One type in the other's place.
  connect('a certificate as a declaration: the type changed', 'declaration_malformed', (scene) => {
    const { gateway, device, endpoints, options } = scene;
    const header = { alg: 'Ed25519', typ: DECLARATION_TYPE, kid: gateway.certificateKey.kid };
    const text = signJws(header, certificateClaims(gateway, device, endpoints), gateway.certificateKey);
    return { ...presenting(scene, text), policy: { ...options.policy, ...acceptingDeclared } };
  }),
  connect('a certificate as a declaration: by the device itself', 'declaration_claims_invalid', (scene) => {
    const { gateway, device, endpoints } = scene;
    const text = signJws(declarationHeader(device), certificateClaims(gateway, device, endpoints), device);
    return { ...presenting(scene, text), policy: acceptingDeclared };
  }),
  connect(
    'a certificate as a declaration: a joined gateway’s key in it',
    'declaration_claims_invalid',
    (scene) => {
      const { gateway, device, endpoints } = scene;
      const { certificateKey: signer } = gateway;
      return joined((one) => declaring(one, declare(device, endpoints, { signer })))(scene);
    },
  ),
  connect('a declaration as a certificate: the type changed', 'header_not_allowed', (scene) =>
    joined(headed(() => ({ typ: CERTIFICATE_TYPE })))(scene),
  ),
  connect('a declaration as a certificate: the device as issuer', 'key_unknown', (scene) => {
    const { gateway, device, endpoints, options } = scene;
    const text = issueCertificate(gateway, device, endpoints, { signer: device });
    return { ...presenting(scene, text), policy: { ...options.policy, ...acceptingDeclared } };
  }),
  connect('a certificate by a gateway’s key that says declared', 'certificate_claims_invalid', (scene) => {
    const { gateway, device, endpoints } = scene;
    const [first, ...others] = keySetClaims(gateway).keys;
    if (first === undefined) throw new Error('the scene has keys');
    const keys = [{ ...first, assurances: ['attested', 'declared'] as const }, ...others];
    const header = { alg: 'Ed25519', typ: CERTIFICATE_TYPE, kid: gateway.certificateKey.kid };
    const claims = { ...certificateClaims(gateway, device, endpoints), assurance: 'declared' };
    const text = signJws(header, claims, gateway.certificateKey);
    const keySets = [
      acceptedKeySet(gateway, { keys: keys.map((key) => ({ ...key, assurances: [...key.assurances] })) }),
    ];
    return { ...presenting(scene, text), policy: acceptingDeclared, keySets };
  }),

  // When.
  connect('a declaration on a clock behind the floor', 'clock_behind', (scene) => ({
    ...stating(() => ({}))(scene),
    clock: { now: NOW, floor: NOW + 301 },
  })),
  ...[{ nbf: NOW + 301 }, { iat: NOW + 301 }].map((changes) =>
    connect(
      `a declaration with ${Object.keys(changes).join()} in the future`,
      'declaration_not_yet_valid',
      stating(() => changes),
    ),
  ),
  connect(
    'a declaration in the second of its exp',
    'declaration_expired',
    stating(() => ({ exp: NOW })),
  ),
  connect(
    'a declaration whose exp is passed by the floor, not yet by the clock',
    'declaration_expired',
    (scene) => ({
      ...stating(() => ({ exp: NOW + 100 }))(scene),
      clock: { now: NOW, floor: NOW + 200 },
    }),
  ),
  connect(
    'a declaration of a decision valid until yesterday',
    'decision_expired',
    stating(() => ({ decision: { ...decided, valid_until: NOW - DAY } })),
  ),

  // For whom and for what.
  connect('a declaration of another VPN server', 'endpoint_not_covered', (scene) =>
    declaring(scene, declare(scene.device, [{ ...makeEndpoint(), host: 'vpn2.example' }])),
  ),
  connect('a declaration of one of two peers', 'endpoint_not_covered', (scene) => {
    const configuration = makeConfiguration([...scene.endpoints, makeEndpoint('second.example')]);
    const text = declare(scene.device, scene.endpoints);
    return { ...declaring(scene, text), ...presenting(scene, text, configuration) };
  }),
  connect('a declaration without a proof', 'proof_missing', (scene) => {
    const { deviceProof, ...rest } = stating(() => ({}))(scene);
    return { ...rest, deviceProof: { ...deviceProof, text: undefined } };
  }),
  connect('another device’s declaration', 'proof_device_mismatch', (scene) =>
    declaring(scene, declare(makeKey(), scene.endpoints)),
  ),
  connect('a declaration with the proof for the certificate', 'proof_certificate_mismatch', (scene) => {
    const { nonce, instance } = scene.options.deviceProof;
    const { certificate, configuration } = scene.options;
    const text = proveDevice({ device: scene.device, certificate, configuration, nonce, instance });
    return { ...stating(() => ({}))(scene), deviceProof: { nonce, instance, text } };
  }),
  connect('the declaration itself as proof', 'proof_malformed', (scene) => {
    const given = stating(() => ({}))(scene);
    return { ...given, deviceProof: { ...given.deviceProof, text: given.certificate } };
  }),
];
