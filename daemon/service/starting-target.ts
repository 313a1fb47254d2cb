import type { Problem } from '#shared/contract/problem.ts';
import type { Target } from '../core/tunnel-state.ts';
import type { StateStore } from '../port/state-store.ts';

export interface StartingTarget {
  readonly target: Target;
  /** Why it starts blocked, when it is not that the keys were in memory only. */
  readonly cause: Problem | null;
}

/**
 * What was wanted when the last run ended. Fails closed: if nobody can say, everything is, and only the
 * administrator may open it.
 */
export async function readStartingTarget(store: StateStore): Promise<StartingTarget> {
  const reading = await store.readTarget();
  switch (reading.kind) {
    case 'read':
      return { target: reading.value, cause: null };
    case 'absent':
      return { target: { kind: 'unprotected' }, cause: null };
    case 'unreadable': {
      const closure = { kind: 'everything' } as const;
      const target = { kind: 'protected', owner: null, tunnel: null, closure, tunnelAddresses: [] } as const;
      return { target, cause: reading.problem };
    }
    default:
      return reading satisfies never;
  }
}
