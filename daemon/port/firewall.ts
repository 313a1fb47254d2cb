import type { FirewallPolicy } from '../core/firewall-policy.ts';

/**
 * The system's packet filter. `apply` makes the whole policy stand in one step: no packet sees the one before
 * half replaced. It throws SanadError `firewall_failed` when the system refused, and then the former policy
 * stands. Calls are carried out in the order they were made.
 */
export interface Firewall {
  apply(policy: FirewallPolicy): Promise<void>;
  /** Removes what Sanad put there and nothing else. Safe to repeat. */
  reset(): Promise<void>;
  /** Ends helper processes. The policy that stands keeps standing. */
  close(): Promise<void>;
}
