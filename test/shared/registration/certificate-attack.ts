import { createHmac } from 'node:crypto';
import { CERTIFICATE_TYPE, MAX_CERTIFICATE_BYTES } from '#shared/registration/certificate.ts';
import { DEVICE_PROOF_TYPE } from '#shared/registration/device-proof.ts';
import { KEY_SET_TYPE } from '#shared/registration/key-set.ts';
import type { Attack } from './attack.ts';
import { connect, presenting, saying } from './attack.ts';
import type { Scene } from './issue.ts';
import {
  acceptedKeySet,
  acceptedStatusList,
  certificateClaims,
  clockAt,
  DAY,
  encode,
  issueCertificate,
  keySetClaims,
  makeConfiguration,
  makeEndpoint,
  makeGateway,
  makeKey,
  makeWireguardKey,
  NOW,
  signJws,
} from './issue.ts';

/** The gateway's key under another header. */
function headed(header: object | string) {
  return (scene: Scene) => {
    const { gateway, device, endpoints } = scene;
    const own = { alg: 'Ed25519', typ: CERTIFICATE_TYPE, kid: gateway.certificateKey.kid };
    const whole = typeof header === 'string' ? header.replace('KID', own.kid) : { ...own, ...header };
    const claims = certificateClaims(gateway, device, endpoints);
    return presenting(scene, signJws(whole, claims, gateway.certificateKey));
  };
}

/** The gateway's key over another payload. */
function paying(payload: (json: string) => unknown) {
  return (scene: Scene) => {
    const { gateway, device, endpoints } = scene;
    const header = { alg: 'Ed25519', typ: CERTIFICATE_TYPE, kid: gateway.certificateKey.kid };
    const json = JSON.stringify(certificateClaims(gateway, device, endpoints));
    return presenting(scene, signJws(header, payload(json), gateway.certificateKey));
  };
}

/** The text of the certificate, changed. */
function rewritten(rewrite: (parts: [string, string, string]) => string) {
  return (scene: Scene) => {
    const [header = '', payload = '', signature = ''] = scene.options.certificate.split('.');
    return presenting(scene, rewrite([header, payload, signature]));
  };
}

/** A key set in which the issuing key is described otherwise. */
function listing(key: Partial<ReturnType<typeof keySetClaims>['keys'][number]>) {
  return ({ gateway }: Scene) => {
    const [first, ...others] = keySetClaims(gateway).keys;
    if (first === undefined) throw new Error('the scene has keys');
    return { keySets: [acceptedKeySet(gateway, { keys: [{ ...first, ...key }, ...others] })] };
  };
}

/** A verifier that lets the header choose would take the public key for an HMAC secret. */
function hmacSigned({ gateway, device, endpoints }: Scene): string {
  const header = { alg: 'HS256', typ: CERTIFICATE_TYPE, kid: gateway.certificateKey.kid };
  const input = `${encode(header)}.${encode(certificateClaims(gateway, device, endpoints))}`;
  const secret = Buffer.from(gateway.certificateKey.publicJwk.x, 'base64url');
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

export const certificateAttacks: readonly Attack[] = [
  connect('no certificate', 'unregistered', () => ({ certificate: undefined })),

  // As it lies there.
  connect('an empty text', 'certificate_malformed', (scene) => presenting(scene, '')),
  connect('one dot', 'certificate_malformed', (scene) => presenting(scene, 'a.b')),
  connect(
    'four parts',
    'certificate_malformed',
    rewritten((parts) => `${parts.join('.')}.e30`),
  ),
  connect('a certificate cut off in the middle', 'certificate_malformed', (scene) =>
    presenting(scene, scene.options.certificate.slice(0, 400)),
  ),
  connect(
    'a truncated signature',
    'certificate_malformed',
    rewritten(([h, p, s]) => `${h}.${p}.${s.slice(0, -4)}`),
  ),
  connect(
    'a missing signature',
    'certificate_malformed',
    rewritten(([h, p]) => `${h}.${p}.`),
  ),
  connect(
    'padding',
    'certificate_malformed',
    rewritten(([h, p, s]) => `${h}.${p}.${s}==`),
  ),
  connect(
    'white space around it',
    'certificate_malformed',
    rewritten((parts) => ` ${parts.join('.')}\n`),
  ),
  connect(
    'the alphabet of plain base64',
    'certificate_malformed',
    rewritten(([h, p]) => `${h}.${p}.${'+/'.repeat(43)}`),
  ),
  connect(
    'set trailing bits: the same signature in another spelling',
    'certificate_malformed',
    rewritten(([h, p, s]) => `${h}.${p}.${s.slice(0, -1)}${nextLetter(s.at(-1) ?? '')}`),
  ),
  connect('a header of more than 512 characters', 'certificate_malformed', headed(spacedHeader(514))),
  connect('a header that is not JSON', 'certificate_malformed', headed('{"alg"')),
  connect('a header that is a list', 'certificate_malformed', headed('["Ed25519"]')),
  connect(
    'a header with a doubled member',
    'certificate_malformed',
    headed(`{"alg":"none","alg":"Ed25519","typ":"${CERTIFICATE_TYPE}","kid":"KID"}`),
  ),
  connect(
    'doubled claims',
    'certificate_malformed',
    paying((json) => json.replace('{', '{"assurance":"provisional",')),
  ),
  connect(
    'doubled claims, one of them escaped',
    'certificate_malformed',
    paying((json) => json.replace('{', String.raw`{"\u0061ssurance":"provisional",`)),
  ),
  connect(
    'doubled claims deep inside',
    'certificate_malformed',
    paying((json) => json.replace('"port":', '"port":1,"port":')),
  ),
  connect(
    'a payload that is not UTF-8',
    'certificate_malformed',
    paying((json) => Buffer.from(json.replace('freelancer', 'fr\u00e9lancer'), 'latin1')),
  ),
  connect(
    'a byte order mark',
    'certificate_malformed',
    paying((json) => `\uFEFF${json}`),
  ),
  connect(
    'more than 4 KiB',
    'certificate_too_large',
    saying(() => ({ jti: 'x'.repeat(MAX_CERTIFICATE_BYTES) })),
  ),
  connect('a million dots', 'certificate_too_large', (scene) => presenting(scene, '.'.repeat(1_000_000))),

  // Algorithm and type confusion.
  connect(
    'alg none without a signature',
    'algorithm_not_allowed',
    rewritten(([, p]) => `${encode({ alg: 'none', typ: CERTIFICATE_TYPE })}.${p}.`),
  ),
  connect('HS256 with the public key as secret', 'algorithm_not_allowed', (scene) =>
    presenting(scene, hmacSigned(scene)),
  ),
  ...['EdDSA', 'ES256', 'RS256', 'Ed448', 'ed25519', 'NONE', '', 1, null, ['Ed25519']].map((alg) =>
    connect(`alg ${JSON.stringify(alg)}`, 'algorithm_not_allowed', headed({ alg })),
  ),
  connect('no alg', 'algorithm_not_allowed', headed(`{"typ":"${CERTIFICATE_TYPE}","kid":"KID"}`)),
  ...['JWT', 'VPN-REGISTRATION+JWT', `application/${CERTIFICATE_TYPE}`, KEY_SET_TYPE, DEVICE_PROOF_TYPE].map(
    (typ) => connect(`typ ${typ}`, 'certificate_type_wrong', headed({ typ })),
  ),
  connect('no typ', 'certificate_type_wrong', headed('{"alg":"Ed25519","kid":"KID"}')),
  connect('a status list in place of a certificate', 'certificate_type_wrong', (scene) =>
    presenting(scene, acceptedStatusList(scene.gateway).text),
  ),
  ...[
    { jwk: makeKey().publicJwk },
    { jku: 'https://evil.test/keys' },
    { x5c: ['MIIB'] },
    { x5u: 'https://evil.test/chain' },
    { crit: ['exp'], exp: 1 },
    { crit: [] },
    { b64: false },
    { zip: 'DEF' },
    { cty: 'JWT' },
    { kid: 7 },
    { kid: '' },
    { kid: '../../etc/passwd' },
  ].map((header) => connect(`header ${JSON.stringify(header)}`, 'header_not_allowed', headed(header))),
  connect('no kid', 'header_not_allowed', headed(`{"alg":"Ed25519","typ":"${CERTIFICATE_TYPE}"}`)),

  // Who signed it.
  connect('no gateway joined', 'key_set_missing', () => ({ keySets: [] })),
  connect(
    'signed by a key of its own',
    'key_unknown',
    saying(() => ({ signer: makeKey() })),
  ),
  connect(
    'signed by a root key',
    'key_unknown',
    saying(({ gateway }) => ({ signer: gateway.root })),
  ),
  connect('signed by another joined gateway in this one’s name', 'key_unknown', (scene) => {
    const other = makeGateway('https://other.test');
    const forged = saying(() => ({ signer: other.certificateKey }))(scene);
    return { ...forged, keySets: [...scene.options.keySets, acceptedKeySet(other)] };
  }),
  connect(
    'another key under a listed kid',
    'signature_invalid',
    saying(({ gateway }) => ({ signer: { ...makeKey(), kid: gateway.certificateKey.kid } })),
  ),
  connect(
    'claims exchanged under the old signature',
    'signature_invalid',
    rewritten(([h, p, s]) => `${h}.${encode({ ...JSON.parse(decode(p)), exp: NOW + 300 * DAY })}.${s}`),
  ),
  connect(
    'unreadable claims under no signature are not even read',
    'signature_invalid',
    rewritten(([h, , s]) => `${h}.${encode('{"a":1,"a":2')}.${s}`),
  ),
  connect(
    'another order for an Ed25519 signature: S + L',
    'signature_invalid',
    rewritten(([h, p, s]) => `${h}.${p}.${plusGroupOrder(s)}`),
  ),
  connect(
    'an issuer that is not joined',
    'issuer_unknown',
    saying(() => ({ iss: 'https://elsewhere.test' })),
  ),
  connect(
    'the issuer in capitals',
    'issuer_unknown',
    saying(() => ({ iss: 'https://GATEWAY.test' })),
  ),
  connect(
    'signed by the status key',
    'key_role_missing',
    saying(({ gateway }) => ({ signer: gateway.statusKey })),
  ),
  connect('signed by a key without roles', 'key_role_missing', listing({ roles: [] })),
  connect('an assurance the key may not give', 'assurance_not_allowed', listing({ assurances: ['exempt'] })),
  ...[['provider.example'], ['ample'], ['.example'.slice(1, 4)], ['notvpn.example'], []].map((suffixes) =>
    connect(
      `host vpn.example with suffixes [${suffixes.join()}]`,
      'host_not_allowed',
      listing({ host_suffixes: suffixes }),
    ),
  ),
  connect('an address with a suffix of digits', 'host_not_allowed', (scene) => {
    const endpoints = [makeEndpoint('192.0.2.7')];
    const certificate = issueCertificate(scene.gateway, scene.device, endpoints);
    return {
      ...presenting(scene, certificate, makeConfiguration(endpoints)),
      ...listing({ host_suffixes: ['example'] })(scene),
    };
  }),
  connect('a key set that has expired', 'key_set_expired', () => ({ clock: clockAt(NOW + 90 * DAY) })),

  // What it says.
  ...[
    { ver: 2 },
    { sub: 'not-a-uuid' },
    { jti: '' },
    { iat: NOW + 0.5 },
    { iat: String(NOW) },
    { exp: NOW - 3600 },
    { exp: NOW - 4000 },
    { exp: NOW - 3600, iat: NOW - 7200 },
    { exp: NOW - 3600, nbf: NOW - 7200 },
    { exp: NOW + 366 * DAY },
    { exp: Number.MAX_SAFE_INTEGER + 1 },
    { nbf: NOW + 31 * DAY },
    { nbf: -1 },
    { cnf: {} },
    { cnf: { jkt: 'short' } },
    { cnf: { jwk: makeKey().publicJwk } },
    { endpoints: [] },
    { endpoints: Array.from({ length: 9 }, () => makeEndpoint('a.example')) },
    { endpoints: [{ public_key: makeWireguardKey(), host: 'VPN.example', port: 1 }] },
    { endpoints: [{ public_key: makeWireguardKey(), host: '[2001:db8::1]', port: 1 }] },
    { endpoints: [{ public_key: makeWireguardKey(), host: '2001:DB8::1', port: 1 }] },
    { endpoints: [{ public_key: makeWireguardKey(), host: '*', port: 1 }] },
    { endpoints: [{ public_key: `${'A'.repeat(42)}B=`, host: 'a.example', port: 1 }] },
    { endpoints: [{ ...makeEndpoint(), port: 0 }] },
    { endpoints: [{ ...makeEndpoint(), name: 'Ali' }] },
    { assurance: 'declared' },
    { assurance: 'Attested' },
    { decision: {} },
    { status: undefined },
    { status: { status_list: { idx: -1, uri: 'https://gateway.test/v1/status-list/1' } } },
    { status: { status_list: { idx: 7, uri: '' } } },
    { given_name: 'Ali' },
  ].map((changes) =>
    connect(
      `claims ${JSON.stringify(changes).slice(0, 70)}`,
      'certificate_claims_invalid',
      paying((json) => ({ ...JSON.parse(json), ...changes })),
    ),
  ),
  connect(
    'claims that reach for the prototype',
    'certificate_claims_invalid',
    paying((json) => json.replace('{', '{"__proto__":{"assurance":"attested"},')),
  ),
  connect(
    'claims that are a list',
    'certificate_claims_invalid',
    paying((json) => `[${json}]`),
  ),
  connect(
    'null for claims',
    'certificate_claims_invalid',
    paying(() => 'null'),
  ),

  // When.
  connect('a clock behind the floor', 'clock_behind', () => ({ clock: { now: NOW, floor: NOW + 301 } })),
  ...[Number.NaN, -Infinity, 0].map((now) =>
    connect(`a clock that says ${now}`, 'clock_behind', () => ({ clock: { now, floor: NOW } })),
  ),
  connect('a floor that was lost', 'clock_behind', () => ({ clock: { now: NOW, floor: Number.NaN } })),
  connect('a clock behind the key set', 'clock_behind', ({ gateway }) => ({
    keySets: [acceptedKeySet(gateway, { iat: NOW + 301 })],
  })),
  connect('a clock behind the status list', 'clock_behind', ({ gateway }) => {
    const list = acceptedStatusList(gateway, { iat: NOW + 301 });
    return { statusLists: new Map([[list.uri, list]]) };
  }),
  connect(
    'nbf in the future',
    'certificate_not_yet_valid',
    saying(() => ({ nbf: NOW + 301 })),
  ),
  connect(
    'iat in the future',
    'certificate_not_yet_valid',
    saying(() => ({ iat: NOW + 301 })),
  ),
  connect(
    'times beyond any calendar',
    'certificate_not_yet_valid',
    saying(() => ({ iat: 2 ** 53 - 2, nbf: 2 ** 53 - 2, exp: 2 ** 53 - 1 })),
  ),
  connect('a key set from beyond any calendar', 'clock_behind', ({ gateway }) => ({
    keySets: [acceptedKeySet(gateway, { iat: 2 ** 53 - 2, exp: 2 ** 53 - 1 })],
  })),
  connect(
    'exp this very second',
    'certificate_expired',
    saying(() => ({ exp: NOW })),
  ),
  connect('exp passed by the floor, not yet by the clock', 'certificate_expired', (scene) => ({
    ...saying(() => ({ exp: NOW + 100 }))(scene),
    clock: { now: NOW, floor: NOW + 200 },
  })),
  connect(
    'a decision valid until yesterday',
    'decision_expired',
    saying((scene) => {
      const { decision } = certificateClaims(scene.gateway, scene.device, scene.endpoints);
      return { decision: { ...decision, valid_until: NOW - DAY } };
    }),
  ),

  // For whom and for what.
  connect(
    'provisional where only attested and exempt count',
    'assurance_not_accepted',
    saying(() => ({ assurance: 'provisional' })),
  ),
  connect('a policy that accepts nothing', 'assurance_not_accepted', ({ options }) => ({
    policy: { ...options.policy, accepted_assurances: [] },
  })),
  connect('no peer at all', 'peer_without_endpoint', (scene) =>
    presenting(scene, scene.options.certificate, { ...scene.options.configuration, peers: [] }),
  ),
  ...[
    { name: 'another key', change: { public_key: makeWireguardKey() } },
    { name: 'another host', change: { host: 'vpn2.example' } },
    { name: 'a host below the registered one', change: { host: 'a.vpn.example' } },
    { name: 'a host above the registered one', change: { host: 'example' } },
    { name: 'an address instead of the name', change: { host: '192.0.2.1' } },
    { name: 'another port', change: { port: 51_821 } },
  ].map(({ name, change }) =>
    connect(`an endpoint with ${name}`, 'endpoint_not_covered', (scene) => {
      const endpoints = scene.endpoints.map((endpoint) => ({ ...endpoint, ...change }));
      return presenting(scene, scene.options.certificate, makeConfiguration(endpoints));
    }),
  ),
  connect('one of two peers not covered', 'endpoint_not_covered', (scene) => {
    const configuration = makeConfiguration([...scene.endpoints, makeEndpoint('second.example')]);
    return presenting(scene, scene.options.certificate, configuration);
  }),
  connect('two endpoints mixed into one', 'endpoint_not_covered', (scene) => {
    const [first, second] = [makeEndpoint('a.example', 1), makeEndpoint('b.example', 2)];
    const certificate = issueCertificate(scene.gateway, scene.device, [first, second]);
    const mixed = { ...first, host: second.host, port: second.port };
    return presenting(scene, certificate, makeConfiguration([mixed]));
  }),
];

/** White space in JSON means nothing: the same header in so many characters of base64url. */
export function spacedHeader(characters: number): string {
  const json = `{"alg":"Ed25519","typ":"${CERTIFICATE_TYPE}","kid":"KID"}`;
  // KID stands for the 43 characters of a thumbprint.
  const bytes = Math.floor((characters * 3) / 4);
  return json.replace('{', `{${' '.repeat(bytes - json.length - 40)}`);
}

function decode(part: string): string {
  return Buffer.from(part, 'base64url').toString();
}

/** The last letter of 64 bytes in base64url carries 4 bits that must be 0: 'A' and 'B' decode alike. */
function nextLetter(letter: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet.charAt(alphabet.indexOf(letter) + 1);
}

/** RFC 8032 section 5.1.7: S outside 0..L-1 must be refused, or a signature has a second form. */
function plusGroupOrder(signature: string): string {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const bytes = Buffer.from(signature, 'base64url');
  let scalar = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString('hex')}`) + order;
  for (let index = 32; index < 64; index++, scalar >>= 8n) bytes[index] = Number(scalar & 255n);
  return bytes.toString('base64url');
}
