import type { TunnelConfiguration } from '#shared/wireguard/configuration.ts';
import { acceptKeySet } from '#shared/registration/key-set.ts';
import type { Refusal, RefusalCode } from '#shared/registration/refusal.ts';
import { RefusedError } from '#shared/registration/refusal.ts';
import { acceptDeliveredStatusList, acceptStatusList } from '#shared/registration/status-list.ts';
import { verifyRegistration } from '#shared/registration/verify-registration.ts';
import type { CertificateChanges, Scene } from './issue.ts';
import { issueCertificate, makeScene, proveDevice } from './issue.ts';

type ConnectOptions = Parameters<typeof verifyRegistration>[0];

/** Something that is tried, with all that it rests on: to be carried out here, or written down for others. */
export type Trial =
  | { readonly kind: 'connect'; readonly options: ConnectOptions }
  | { readonly kind: 'take_key_set'; readonly options: Parameters<typeof acceptKeySet>[0] }
  | { readonly kind: 'take_status_list'; readonly options: Parameters<typeof acceptStatusList>[0] }
  | {
      readonly kind: 'deliver_status_list';
      readonly options: Parameters<typeof acceptDeliveredStatusList>[0];
    };

/** One way to go wrong or to cheat, and the code that answers it. */
export interface Attack {
  readonly name: string;
  readonly code: RefusalCode;
  /** Anew at each call: no attempt leaves anything for the next. */
  readonly prepare: () => Trial;
}

/** What was found; null means it got through. */
export function attempt(trial: Trial): Refusal | null {
  switch (trial.kind) {
    case 'connect': {
      const result = verifyRegistration(trial.options);
      return result.kind === 'refused' ? result.refusal : null;
    }
    case 'take_key_set':
      return refusalThrown(() => acceptKeySet(trial.options));
    case 'take_status_list':
      return refusalThrown(() => acceptStatusList(trial.options));
    case 'deliver_status_list':
      return refusalThrown(() => acceptDeliveredStatusList(trial.options));
  }
}

/** Tries to connect with one thing changed in a scene that opens the gate. */
export function connect(
  name: string,
  code: RefusalCode,
  change: (scene: Scene) => Partial<ConnectOptions>,
): Attack {
  const prepare = (): Trial => {
    const scene = makeScene();
    return { kind: 'connect', options: { ...scene.options, ...change(scene) } };
  };
  return { name, code, prepare };
}

/** Tries to have a signed file accepted. */
export function accept(name: string, code: RefusalCode, prepare: () => Trial): Attack {
  return { name, code, prepare };
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
