import type { Policy } from '#shared/registration/policy.ts';
import { checkRegistration } from '#shared/registration/verify-registration.ts';
import type { PresentedEndpoint } from '#shared/registration/endpoint-coverage.ts';
import { nodePrimitives } from '#daemon/platform/node-primitives.ts';
import type { Script } from './scripted-daemon.ts';

interface Judging {
  readonly policy: () => Policy;
  readonly now: () => number;
}

/** A service without a gateway that judges as the real one does, and brings nothing up. */
export function judge({ policy, now }: Judging): Script {
  return ({ method, parameters }) => {
    if (method === 'challenge') return { nonce: 'nonce-1', instance: 'instance-1' };
    if (method !== 'checkRegistration') return {};
    const { certificate, endpoints } = parameters as {
      readonly certificate?: string;
      readonly endpoints: readonly PresentedEndpoint[];
    };
    const clock = { now: now(), floor: 0 };
    const grounds = { keySets: [], statusLists: new Map<string, never>(), policy: policy(), clock };
    const refusal = checkRegistration({ certificate, endpoints, ...grounds, primitives: nodePrimitives });
    return { refusal, statusListIssuedAt: null };
  };
}
