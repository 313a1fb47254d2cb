import type { TunnelConfiguration } from '#shared/wireguard/configuration.ts';
import type { Refusal, RefusalCode } from '#shared/registration/refusal.ts';
import { RefusedError } from '#shared/registration/refusal.ts';
import { verifyRegistration } from '#shared/registration/verify-registration.ts';
import type { CertificateChanges, Scene } from './issue.ts';
import { issueCertificate, makeScene, proveDevice } from './issue.ts';

/** One way to go wrong or to cheat, and the code that answers it. */
export interface Attack {
  readonly name: string;
  readonly code: RefusalCode;
  /** Returns what was found; null means it got through. */
  readonly attempt: () => Refusal | null;
}

type Options = Parameters<typeof verifyRegistration>[0];

/** Tries to connect with one thing changed in a scene that opens the gate. */
export function connect(name: string, code: RefusalCode, change: (scene: Scene) => Partial<Options>): Attack {
  return { name, code, attempt: () => refusalOfConnect(makeScene(), change) };
}

function refusalOfConnect(scene: Scene, change: (scene: Scene) => Partial<Options>): Refusal | null {
  const result = verifyRegistration({ ...scene.options, ...change(scene) });
  return result.kind === 'refused' ? result.refusal : null;
}

/** Tries to have a signed file accepted. */
export function accept(name: string, code: RefusalCode, attempt: () => unknown): Attack {
  return { name, code, attempt: () => refusalThrown(attempt) };
}

export function refusalThrown(attempt: () => unknown): Refusal | null {
  try {
    attempt();
    return null;
  } catch (error) {
    if (error instanceof RefusedError) return error.refusal;
    throw error;
  }
}

/** The scene with this certificate, rightly proved by the scene's device. */
export function presenting(scene: Scene, certificate: string, configuration?: TunnelConfiguration) {
  const used = configuration ?? scene.options.configuration;
  const { nonce, instance } = scene.options.deviceProof;
  const text = proveDevice({ device: scene.device, certificate, configuration: used, nonce, instance });
  return { certificate, configuration: used, deviceProof: { nonce, instance, text } };
}

/** The scene with a certificate that the gateway signed and that says something else. */
export function saying(changes: (scene: Scene) => CertificateChanges) {
  return (scene: Scene) => {
    const { gateway, device, endpoints } = scene;
    return presenting(scene, issueCertificate(gateway, device, endpoints, changes(scene)));
  };
}
