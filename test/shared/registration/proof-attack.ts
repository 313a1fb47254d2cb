import {
  DEVICE_PROOF_TYPE,
  deviceProofClaims,
  PROOF_WINDOW_SECONDS,
} from '#shared/registration/device-proof.ts';
import type { Attack } from './attack.ts';
import { connect, presenting } from './attack.ts';
import type { Scene, TestKey } from './issue.ts';
import {
  encode,
  issueCertificate,
  makeConfiguration,
  makeEndpoint,
  makeKey,
  NOW,
  proveDevice,
  signJws,
} from './issue.ts';

type ProofOptions = Parameters<typeof proveDevice>[0];

/** The scene with a proof over something else, rightly signed. */
function proving(changes: (scene: Scene) => Partial<ProofOptions>) {
  return (scene: Scene) => {
    const { certificate, configuration, deviceProof } = scene.options;
    const { nonce, instance } = deviceProof;
    const asked = { device: scene.device, certificate, configuration, nonce, instance };
    return { deviceProof: { ...deviceProof, text: proveDevice({ ...asked, ...changes(scene) }) } };
  };
}

/** The scene with a proof made by hand. */
function sending(make: (scene: Scene, claims: object, header: object) => string | undefined) {
  return (scene: Scene) => {
    const { deviceProof } = scene.options;
    const claims = deviceProofClaims({ ...scene.options, ...deviceProof, now: NOW });
    const header = { alg: 'Ed25519', typ: DEVICE_PROOF_TYPE, jwk: scene.device.publicJwk };
    return { deviceProof: { ...deviceProof, text: make(scene, claims, header) } };
  };
}

function headed(changes: (scene: Scene) => object) {
  return sending((scene, claims, header) => signJws({ ...header, ...changes(scene) }, claims, scene.device));
}

const posing = (thief: TestKey, owner: TestKey): TestKey => ({ ...thief, publicJwk: owner.publicJwk });

export const proofAttacks: readonly Attack[] = [
  connect(
    'no proof',
    'proof_missing',
    sending(() => undefined),
  ),
  connect(
    'an empty proof',
    'proof_malformed',
    sending(() => ''),
  ),
  connect(
    'the certificate in place of a proof',
    'proof_malformed',
    sending(({ options }) => options.certificate),
  ),
  connect(
    'a proof of 4 KiB',
    'proof_malformed',
    sending((scene, claims, header) => signJws(header, { ...claims, pad: 'x'.repeat(4096) }, scene.device)),
  ),
  connect(
    'a proof with alg none',
    'proof_malformed',
    sending((_, claims, header) => `${encode({ ...header, alg: 'none' })}.${encode(claims)}.`),
  ),
  connect(
    'a proof of another type',
    'proof_malformed',
    headed(() => ({ typ: 'dpop+jwt' })),
  ),
  connect(
    'a proof with a kid besides its jwk',
    'proof_malformed',
    headed(({ device }) => ({ kid: device.kid })),
  ),
  connect(
    'a proof that shows the private key',
    'proof_malformed',
    headed(({ device }) => ({ jwk: device.privateKey.export({ format: 'jwk' }) })),
  ),
  connect(
    'a proof with a key of 31 bytes',
    'proof_malformed',
    headed(({ device }) => ({ jwk: { ...device.publicJwk, x: device.publicJwk.x.slice(0, 42) } })),
  ),
  connect(
    'a proof whose key is spelt otherwise',
    'proof_malformed',
    headed(({ device }) => ({ jwk: { ...device.publicJwk, x: `${device.publicJwk.x.slice(0, 42)}_` } })),
  ),
  connect(
    'a proof with a claim too many',
    'proof_malformed',
    sending((scene, claims, header) => signJws(header, { ...claims, aud: 'x' }, scene.device)),
  ),
  connect(
    'a proof with doubled claims',
    'proof_malformed',
    sending((scene, claims, header) =>
      signJws(header, JSON.stringify(claims).replace('{', '{"iat":1,'), scene.device),
    ),
  ),
  connect(
    'another device’s proof',
    'proof_device_mismatch',
    proving(() => ({ device: makeKey() })),
  ),
  connect('another device’s certificate', 'proof_device_mismatch', (scene) =>
    presenting(scene, issueCertificate(scene.gateway, makeKey(), scene.endpoints)),
  ),
  connect(
    'another key under this device’s jwk',
    'proof_signature_invalid',
    proving(({ device }) => ({ device: posing(makeKey(), device) })),
  ),
  connect('a replayed proof: the nonce is no longer open', 'proof_nonce_unknown', ({ options }) => ({
    deviceProof: { ...options.deviceProof, nonce: undefined },
  })),
  connect('a replayed proof: another nonce is open', 'proof_nonce_unknown', ({ options }) => ({
    deviceProof: { ...options.deviceProof, nonce: 'b3RoZXI' },
  })),
  connect(
    'a proof from before',
    'proof_expired',
    proving(() => ({ now: NOW - PROOF_WINDOW_SECONDS - 1 })),
  ),
  connect(
    'a proof from the future',
    'proof_expired',
    proving(() => ({ now: NOW + PROOF_WINDOW_SECONDS + 1 })),
  ),
  connect(
    'a proof for another certificate of the same device',
    'proof_certificate_mismatch',
    proving(({ gateway, device, endpoints }) => ({
      certificate: issueCertificate(gateway, device, endpoints),
    })),
  ),
  connect(
    'a proof for another configuration with the same endpoints',
    'proof_configuration_mismatch',
    proving(({ endpoints }) => ({ configuration: makeConfiguration(endpoints) })),
  ),
  connect(
    'a proof for routes that are not these',
    'proof_configuration_mismatch',
    proving(({ options }) => {
      const peers = options.configuration.peers.map((peer) => ({ ...peer, allowedIps: [] }));
      return { configuration: { ...options.configuration, peers } };
    }),
  ),
  connect(
    'a proof for one tunnel presented with another that is covered too',
    'proof_configuration_mismatch',
    (scene) => {
      const both = [...scene.endpoints, makeEndpoint('second.example')];
      const certificate = issueCertificate(scene.gateway, scene.device, both);
      return { ...presenting(scene, certificate), configuration: makeConfiguration(both) };
    },
  ),
  connect(
    'a proof for another run of the daemon',
    'proof_instance_mismatch',
    proving(() => ({ instance: 'instance-0' })),
  ),
];
