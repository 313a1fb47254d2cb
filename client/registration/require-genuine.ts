import type { Anchor, GatewayAnswer } from '#shared/contract/gateway-contract.ts';
import type { CertificateClaims } from '#shared/registration/certificate.ts';
import { openCertificate } from '#shared/registration/judgement.ts';
import { acceptKeySet } from '#shared/registration/key-set.ts';
import { RefusedError } from '#shared/registration/refusal.ts';
import { acceptStatusList } from '#shared/registration/status-list.ts';
import { gatewayError } from '../gateway/gateway-problem.ts';
import { nodePrimitives } from '../node-primitives.ts';

/**
 * What a gateway delivers is signed by keys that the anchor's root vouches for, or nothing of it is kept: a false
 * certificate on the disk would stand in the way of the true one. Whether it opens the gate is the service's to say.
 */
export function requireGenuine(
  answer: GatewayAnswer<'certificate'>,
  { anchor, now }: { readonly anchor: Anchor; readonly now: number },
): CertificateClaims {
  const common = { stored: undefined, clock: { now, floor: 0 }, primitives: nodePrimitives };
  try {
    const keySet = acceptKeySet({ ...common, text: answer.key_set, anchor });
    acceptStatusList({ ...common, text: answer.status_list, keySet });
    const { certificate } = answer;
    return openCertificate({ certificate, keySets: [keySet], primitives: nodePrimitives }).claims;
  } catch (cause) {
    if (!(cause instanceof RefusedError)) throw cause;
    throw gatewayError('gateway_answer_unexpected', { detail: cause.refusal.code, cause });
  }
}
