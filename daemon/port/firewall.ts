import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';
import type { FirewallPolicy } from '../core/firewall-policy.ts';

/**
 * The system's packet filter. `apply` makes the whole policy stand in one step: no packet sees the one before
 * half replaced. It throws SanadError `firewall_failed` when the system refused; then the former policy stands.
 * Calls are carried out in the order they were made; each is safe to repeat.
 */
export interface Firewall {
  apply(policy: FirewallPolicy): Promise<void>;
  /** Removes what Sanad put there and nothing else. */
  reset(): Promise<void>;
  /** Ends helper processes. The policy that stands keeps standing. */
  close(): Promise<void>;
}

const catalogue: ProblemCatalogue<'firewall_failed'> = {
  firewall_failed: {
    kind: 'daemon',
    reason: 'The firewall could not be changed.',
    nextAction:
      'Have the administrator look for the reason in the log of the service (sanadd), then try again.',
  },
};

/** `cause`: what the system said; its first line is shown. */
export function firewallFailed(cause: unknown): SanadError {
  const said = cause instanceof Error ? cause.message.split('\n', 1)[0] : undefined;
  return new SanadError(problemFrom(catalogue, 'firewall_failed', said), { cause });
}
