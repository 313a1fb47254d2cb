import type { RegistrationView } from '#shared/contract/gateway-contract.ts';
import { usualDecision, type UsualDecision } from '#shared/registration/authority-profile/decision-time.ts';
import { SanadError } from '#shared/contract/problem.ts';
import type { ClientContext } from '../client-context.ts';
import { profileFor } from './known-profiles.ts';

/**
 * Between when and when the authority usually decides a case that is in the state from which its usual time counts;
 * null where that is not the case's state, nobody says a time, or its profile is not here.
 */
export async function usualTimeOf(
  context: Pick<ClientContext, 'configDirectory' | 'anchors'>,
  { view, origin }: { readonly view: RegistrationView; readonly origin: string },
): Promise<UsualDecision | null> {
  try {
    const profile = await profileFor(context, view.profile, origin);
    const { procedure, decision_time: time } = profile.document;
    const from = procedure.find(({ id }) => id === time?.from);
    return from?.state === view.state ? usualDecision(profile, view.changed_at) : null;
  } catch (cause) {
    // What the case says is said without it.
    if (cause instanceof SanadError) return null;
    throw cause;
  }
}
