import { RefusedError } from '#shared/registration/refusal.ts';
import { openCertificate } from '#shared/registration/judgement.ts';
import type { Policy } from '#shared/registration/policy.ts';
import type { Primitives } from '#shared/registration/primitives.ts';
import { checkRegistration } from '#shared/registration/verify-registration.ts';
import type { Handlers } from './dispatch.ts';
import type { FloorClock } from './floor-clock.ts';
import type { PolicyReading } from './load-policy.ts';
import type { Keeper } from './keeper.ts';
import type { Refresher } from './refresher.ts';

interface RegistrationHandlersOptions {
  readonly keeper: Keeper;
  readonly refresher: Refresher;
  readonly clock: FloorClock;
  readonly policy: () => Policy;
  readonly policyReading: () => PolicyReading;
  readonly primitives: Primitives;
  /** Reads anchors and policy again; gives the anchors' names. */
  readonly reload: () => Promise<readonly string[]>;
}

type RegistrationMethod = 'checkRegistration' | 'deliver' | 'policy' | 'refresh' | 'reloadAnchors';

/** Everything about registrations that changes nothing of the tunnel by itself. */
export function createRegistrationHandlers(
  options: RegistrationHandlersOptions,
): Pick<Handlers, RegistrationMethod> {
  const { keeper, refresher, primitives } = options;

  function listIssuedAt(certificate: string | undefined): number | null {
    if (certificate === undefined) return null;
    try {
      const { claims } = openCertificate({ certificate, keySets: keeper.keySets, primitives });
      return keeper.statusLists.get(claims.status.status_list.uri)?.issuedAt ?? null;
    } catch (cause) {
      if (cause instanceof RefusedError) return null; // the refusal itself says why
      throw cause;
    }
  }

  return {
    checkRegistration: ({ endpoints, certificate }) => ({
      refusal: checkRegistration({
        certificate,
        endpoints,
        keySets: keeper.keySets,
        statusLists: keeper.statusLists,
        policy: options.policy(),
        clock: options.clock.read(),
        primitives,
      }),
      statusListIssuedAt: listIssuedAt(certificate),
    }),

    /** The key set first: the list may be signed with a key that only it lists. */
    deliver: async ({ keySet, statusList }) => {
      if (keySet !== undefined) await keeper.takeKeySet(keySet);
      if (statusList !== undefined) await keeper.takeDeliveredStatusList(statusList);
      return {};
    },

    policy: () => {
      const { policy, origins, problem } = options.policyReading();
      return { policy, origins, problem };
    },

    refresh: async () => ({ fetched: [...(await refresher.refresh())] }),

    reloadAnchors: async () => ({ anchors: [...(await options.reload())] }),
  };
}
