import { sign } from 'node:crypto';
import { DEVICE_PROOF_TYPE, deviceProofClaims } from '#shared/registration/device-proof.ts';
import type { TunnelConfiguration } from '#shared/wireguard/configuration.ts';
import { nodePrimitives } from '../node-primitives.ts';
import type { DeviceKey } from './device-key.ts';

interface ProofOptions {
  readonly key: DeviceKey;
  readonly certificate: string;
  readonly configuration: TunnelConfiguration;
  /** From the service's challenge. */
  readonly nonce: string;
  readonly instance: string;
  readonly now: number;
}

/** A compact JWS that says: the holder of this device's key wants this tunnel, here and now. */
export function signDeviceProof({ key, ...bound }: ProofOptions): string {
  const claims = deviceProofClaims({ ...bound, primitives: nodePrimitives });
  const header = { alg: 'Ed25519', typ: DEVICE_PROOF_TYPE, jwk: key.publicJwk };
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), key.privateKey).toString('base64url')}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
