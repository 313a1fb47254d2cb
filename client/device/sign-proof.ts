import { DEVICE_PROOF_TYPE, deviceProofClaims } from '#shared/registration/device-proof.ts';
import type { TunnelConfiguration } from '#shared/wireguard/configuration.ts';
import { nodePrimitives } from '../node-primitives.ts';
import type { DeviceKey } from './device-key.ts';
import { signCompact } from './sign-compact.ts';

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
  return signCompact(key, { typ: DEVICE_PROOF_TYPE, claims });
}
