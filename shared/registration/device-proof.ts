import * as z from 'zod';
import type { TunnelConfiguration } from '../wireguard/configuration.ts';
import { canonicalConfiguration } from '../wireguard/configuration-conversion.ts';
import type { JwsRules } from './compact-jws.ts';
import { openPayload, readCompactJws } from './compact-jws.ts';
import { firstIssue } from './first-issue.ts';
import type { Primitives } from './primitives.ts';
import { refuse } from './refusal.ts';
import { hashText, publicKeyBytes, thumbprint } from './thumbprint.ts';

export const DEVICE_PROOF_TYPE = 'sanad-device-proof+jwt';
export const MAX_DEVICE_PROOF_BYTES = 2048;
/** Client and daemon read the same clock; a nonce lives for a minute, and a proof needs no longer. */
export const PROOF_WINDOW_SECONDS = 120;

const hash = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** The payload of a device proof: "the holder of this device's key wants this tunnel, here and now". */
export const deviceProofSchema = z.strictObject({
  /** From the daemon, used once. */
  nonce: z.string().min(1).max(128),
  /** base64url of the SHA-256 of the certificate's text. */
  certificate_hash: hash,
  /** base64url of the SHA-256 of canonicalConfiguration(): secrets, routes and DNS included. */
  configuration_hash: hash,
  /** The run of the daemon that asked. */
  daemon_instance: z.string().min(1).max(128),
  iat: z.int().min(0),
});
export type DeviceProofClaims = z.infer<typeof deviceProofSchema>;

/** What came with a connect, and what the daemon knows about the question it answers. */
export interface DeviceProof {
  /** Undefined: none was sent. */
  readonly text: string | undefined;
  /** The nonce that is open for this caller; undefined: none is. */
  readonly nonce: string | undefined;
  /** This run of the daemon. */
  readonly instance: string;
}

interface Bound {
  readonly certificate: string;
  readonly configuration: TunnelConfiguration;
  readonly primitives: Primitives;
}

const rules = {
  typ: DEVICE_PROOF_TYPE,
  key: 'jwk',
  maxBytes: MAX_DEVICE_PROOF_BYTES,
  codes: {
    tooLarge: 'proof_malformed',
    malformed: 'proof_malformed',
    algorithm: 'proof_malformed',
    type: 'proof_malformed',
    header: 'proof_malformed',
    signature: 'proof_signature_invalid',
  },
} as const satisfies JwsRules;

/** The payload for the client to sign, with header {alg: 'Ed25519', typ: DEVICE_PROOF_TYPE, jwk}. */
export function deviceProofClaims(
  options: Bound & { readonly nonce: string; readonly instance: string; readonly now: number },
): DeviceProofClaims {
  const { certificate, configuration, primitives } = options;
  return {
    nonce: options.nonce,
    certificate_hash: hashText(certificate, primitives),
    configuration_hash: hashText(canonicalConfiguration(configuration), primitives),
    daemon_instance: options.instance,
    iat: options.now,
  };
}

/** Refuses unless the proof is by the key with thumbprint `jkt` over exactly these things. */
export function checkDeviceProof(
  options: Bound & { readonly proof: DeviceProof; readonly jkt: string; readonly now: number },
): void {
  const { proof, jkt, now } = options;
  if (proof.text === undefined) refuse('proof_missing');
  const claims = openProof(proof.text, jkt, options.primitives);
  if (claims.nonce !== proof.nonce) refuse('proof_nonce_unknown');
  if (claims.daemon_instance !== proof.instance) refuse('proof_instance_mismatch');
  if (Math.abs(now - claims.iat) > PROOF_WINDOW_SECONDS) refuse('proof_expired');
  const expected = deviceProofClaims({ ...options, nonce: claims.nonce, instance: proof.instance });
  if (claims.certificate_hash !== expected.certificate_hash) refuse('proof_certificate_mismatch');
  if (claims.configuration_hash !== expected.configuration_hash) refuse('proof_configuration_mismatch');
}

function openProof(text: string, jkt: string, primitives: Primitives): DeviceProofClaims {
  const jws = readCompactJws(text, rules);
  const publicKey = publicKeyBytes(jws.key);
  if (publicKey === undefined) refuse('proof_malformed', 'jwk is not 32 bytes of base64url');
  // The certificate decides whose key counts; only then is a signature worth verifying.
  if (thumbprint(jws.key, primitives) !== jkt) refuse('proof_device_mismatch');
  const claims = deviceProofSchema.safeParse(openPayload(jws, publicKey, primitives));
  if (!claims.success) refuse('proof_malformed', firstIssue(claims.error), claims.error);
  return claims.data;
}
