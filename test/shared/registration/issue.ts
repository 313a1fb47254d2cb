import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { nodePrimitives } from '#daemon/platform/node-primitives.ts';
import type { Anchor, EndpointClaim } from '#shared/contract/gateway-contract.ts';
import type { CertificateClaims } from '#shared/registration/certificate.ts';
import { CERTIFICATE_TYPE } from '#shared/registration/certificate.ts';
import type { ClockReading } from '#shared/registration/clock.ts';
import { DEVICE_PROOF_TYPE, deviceProofClaims } from '#shared/registration/device-proof.ts';
import type { KeySetClaims, VerifiedKeySet } from '#shared/registration/key-set.ts';
import { acceptKeySet, KEY_SET_TYPE } from '#shared/registration/key-set.ts';
import { builtInPolicy } from '#shared/registration/policy.ts';
import type { StatusListClaims, StatusValue, VerifiedStatusList } from '#shared/registration/status-list.ts';
import { acceptStatusList, STATUS_LIST_TYPE } from '#shared/registration/status-list.ts';
import { thumbprint } from '#shared/registration/thumbprint.ts';
import type { PublicJwk } from '#shared/registration/thumbprint.ts';
import type { TunnelConfiguration } from '#shared/wireguard/configuration.ts';
import { parseConfigurationMessage } from '#shared/wireguard/configuration-conversion.ts';
import type { ConfigurationMessage } from '#shared/wireguard/configuration-message.ts';
import { vary } from './variation.ts';

/**
 * Makes what gateways, issuers and devices make, with node:crypto and nothing of the code under test but its
 * names and hashes. Every function takes `changes`, so that a test can say just what is wrong.
 */
export const NOW = 1_800_000_000;
export const DAY = 86_400;
export const clockAt = (now: number, floor = now - DAY): ClockReading => ({ now, floor });

export interface TestKey {
  readonly kid: string;
  readonly publicJwk: PublicJwk;
  readonly privateKey: KeyObject;
}

export function makeKey(): TestKey {
  const { privateKey, x } = keyFrom(ED25519);
  const publicJwk: PublicJwk = { kty: 'OKP', crv: 'Ed25519', x };
  return { kid: thumbprint(publicJwk, nodePrimitives), publicJwk, privateKey };
}

// RFC 8410 section 7: PrivateKeyInfo is these bytes and then the key's 32.
const ED25519 = '302e020100300506032b657004220420';
const X25519 = '302e020100300506032b656e04220420';

function keyFrom(prefix: string) {
  const der = Buffer.concat([Buffer.from(prefix, 'hex'), vary.bytes(32)]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  return { privateKey, x };
}

/** A compact JWS with any header over any payload; a string is taken as the bytes themselves. */
export function signJws(header: object | string, payload: unknown, key: TestKey): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${sign(null, Buffer.from(input), key.privateKey).toString('base64url')}`;
}

/** base64url of the JSON, or of the text or the bytes themselves. */
export function encode(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64url');
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

export interface TestGateway {
  readonly origin: string;
  readonly anchor: Anchor;
  readonly root: TestKey;
  readonly certificateKey: TestKey;
  readonly statusKey: TestKey;
  readonly statusListUri: string;
}

export function makeGateway(origin = 'https://gateway.test'): TestGateway {
  const root = makeKey();
  const anchor: Anchor = {
    ver: 1,
    name: 'test',
    origin,
    status_origins: [],
    root_keys: [root.publicJwk],
    operator: { legal_name: 'Test Gateway', contact: 'help@gateway.test', retention: 'A year' },
  };
  const keys = { root, certificateKey: makeKey(), statusKey: makeKey() };
  return { origin, anchor, ...keys, statusListUri: `${origin}/v1/status-list/1` };
}

export function keySetClaims(gateway: TestGateway, changes: Partial<KeySetClaims> = {}): KeySetClaims {
  const { origin, certificateKey, statusKey } = gateway;
  return {
    ver: 1,
    iss: origin,
    version: 1,
    iat: NOW - DAY,
    exp: NOW + 90 * DAY,
    keys: [
      {
        kid: certificateKey.kid,
        ...certificateKey.publicJwk,
        roles: ['certificate'],
        assurances: ['attested', 'exempt', 'provisional'],
      },
      { kid: statusKey.kid, ...statusKey.publicJwk, roles: ['status'], assurances: [] },
    ],
    gateway_origins: [origin],
    status_origins: [],
    ...changes,
  };
}

export function issueKeySet(
  gateway: TestGateway,
  changes: Partial<KeySetClaims> & { readonly signer?: TestKey } = {},
): string {
  const { signer = gateway.root, ...claims } = changes;
  const header = { alg: 'Ed25519', typ: KEY_SET_TYPE, kid: signer.kid };
  return signJws(header, keySetClaims(gateway, claims), signer);
}

/** zlib data of `size` two-bit statuses, all valid but those given. */
export function statusBytes(size: number, statuses: Readonly<Record<number, StatusValue>> = {}): string {
  const bytes = new Uint8Array(Math.ceil(size / 4));
  for (const [name, status] of Object.entries(statuses)) {
    const index = Number(name);
    bytes[index >> 2] = (bytes[index >> 2] ?? 0) | (status << ((index % 4) * 2));
  }
  return vary.deflate(bytes).toString('base64url');
}

export interface StatusListChanges extends Partial<StatusListClaims> {
  readonly statuses?: Readonly<Record<number, StatusValue>>;
  readonly size?: number;
  readonly signer?: TestKey;
}

export function issueStatusList(gateway: TestGateway, changes: StatusListChanges = {}): string {
  const { statuses, size = 1024, signer = gateway.statusKey, ...claims } = changes;
  const iat = claims.iat ?? NOW - 60;
  const payload: StatusListClaims = {
    iss: gateway.origin,
    sub: gateway.statusListUri,
    iat,
    exp: iat + 7 * DAY,
    ttl: 900,
    status_list: { bits: 2, lst: statusBytes(size, statuses) },
    ...claims,
  };
  return signJws({ alg: 'Ed25519', typ: STATUS_LIST_TYPE, kid: signer.kid }, payload, signer);
}

export interface CertificateChanges extends Partial<CertificateClaims> {
  readonly signer?: TestKey;
  /** The entry in the status list. */
  readonly index?: number;
}

export function certificateClaims(
  gateway: TestGateway,
  device: TestKey,
  endpoints: EndpointClaim[],
  changes: Omit<CertificateChanges, 'signer'> = {},
): CertificateClaims {
  const { index = 7, ...claims } = changes;
  return {
    ver: 1,
    iss: gateway.origin,
    sub: '7f3c2f6e-6c1a-4a39-9a43-0d2c9c5b7a10',
    jti: vary.bytes(16).toString('hex'),
    iat: NOW - 3600,
    nbf: NOW - 3600,
    exp: NOW + 30 * DAY,
    cnf: { jkt: device.kid },
    endpoints,
    decision: {
      authority: 'pta',
      profile: 'pk-pta/1',
      route: 'individual',
      category: 'freelancer',
      decided_at: NOW - 10 * DAY,
    },
    assurance: 'attested',
    status: { status_list: { idx: index, uri: gateway.statusListUri } },
    ...claims,
  };
}

export function issueCertificate(
  gateway: TestGateway,
  device: TestKey,
  endpoints: EndpointClaim[],
  changes: CertificateChanges = {},
): string {
  const { signer = gateway.certificateKey, ...claims } = changes;
  const header = { alg: 'Ed25519', typ: CERTIFICATE_TYPE, kid: signer.kid };
  return signJws(header, certificateClaims(gateway, device, endpoints, claims), signer);
}

/** Signs a device proof over exactly what is given. */
export function proveDevice(options: {
  readonly device: TestKey;
  readonly certificate: string;
  readonly configuration: TunnelConfiguration;
  readonly nonce: string;
  readonly instance: string;
  readonly now?: number;
}): string {
  const { device, now = NOW } = options;
  const header = { alg: 'Ed25519', typ: DEVICE_PROOF_TYPE, jwk: device.publicJwk };
  return signJws(header, deviceProofClaims({ ...options, now, primitives: nodePrimitives }), device);
}

/** A WireGuard key: any 32 bytes do where no packet flows. */
export function makeWireguardKey(): string {
  return Buffer.from(keyFrom(X25519).x, 'base64url').toString('base64');
}

type PeerMessage = ConfigurationMessage['peers'][number];

/** A full tunnel through these endpoints. */
export function makeConfiguration(endpoints: readonly EndpointClaim[]): TunnelConfiguration {
  const peers = endpoints.map(({ public_key, host, port }, index): PeerMessage => ({
    publicKey: public_key,
    endpoint: { host, port },
    allowedIps: index === 0 ? ['0.0.0.0/0', '::/0'] : [`10.${index}.0.0/16`],
  }));
  return parseConfigurationMessage({
    privateKey: makeWireguardKey(),
    addresses: ['10.66.66.2/32'],
    dns: { servers: ['10.66.66.1'], searchDomains: [] },
    peers,
  });
}

export function makeEndpoint(host = 'vpn.example', port = 51_820): EndpointClaim {
  return { public_key: makeWireguardKey(), host, port };
}

export function acceptedKeySet(gateway: TestGateway, changes: Partial<KeySetClaims> = {}): VerifiedKeySet {
  const text = issueKeySet(gateway, changes);
  const { anchor } = gateway;
  const options = { text, anchor, stored: undefined, clock: clockAt(NOW), primitives: nodePrimitives };
  const keySet = acceptKeySet(options);
  anchors.set(keySet, anchor);
  return keySet;
}

const anchors = new WeakMap<VerifiedKeySet, Anchor>();
const keySets = new WeakMap<VerifiedStatusList, VerifiedKeySet>();

/** Whose root keys vouch for it. */
export const anchorOf = (keySet: VerifiedKeySet): Anchor => known(anchors.get(keySet));
/** Whose keys vouch for it. */
export const keySetOf = (list: VerifiedStatusList): VerifiedKeySet => known(keySets.get(list));

function known<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('not accepted here');
  return value;
}

export function acceptedStatusList(
  gateway: TestGateway,
  changes: StatusListChanges = {},
  keySet = acceptedKeySet(gateway),
): VerifiedStatusList {
  const text = issueStatusList(gateway, changes);
  const options = { text, keySet, stored: undefined, clock: clockAt(NOW), primitives: nodePrimitives };
  const list = acceptStatusList(options);
  keySets.set(list, keySet);
  return list;
}

/** A registration that opens the gate: everything `verifyRegistration` takes, and who made it. */
export function makeScene() {
  const gateway = makeGateway();
  const device = makeKey();
  const endpoints = [makeEndpoint()];
  const configuration = makeConfiguration(endpoints);
  const certificate = issueCertificate(gateway, device, endpoints);
  const asked = { nonce: 'bm9uY2U', instance: 'instance-1' };
  const list = acceptedStatusList(gateway);
  const options = {
    certificate,
    configuration,
    deviceProof: { ...asked, text: proveDevice({ device, certificate, configuration, ...asked }) },
    keySets: [acceptedKeySet(gateway)],
    statusLists: new Map([[list.uri, list]]),
    policy: builtInPolicy,
    clock: clockAt(NOW),
    primitives: nodePrimitives,
  };
  return { gateway, device, endpoints, options };
}
export type Scene = ReturnType<typeof makeScene>;
