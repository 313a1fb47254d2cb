import type { RegistrationState } from '#shared/contract/gateway-contract.ts';

/** Who performs an action. */
export type ActorRole = 'device' | 'reviewer';

interface Transition {
  readonly action: string;
  /** `null`: there is no registration yet. */
  readonly from: readonly (RegistrationState | null)[];
  readonly to: RegistrationState;
  readonly by: ActorRole;
}

const open = ['submitted', 'filed_with_authority', 'verifying', 'needs_information'] as const;

/** Everything that may happen to a case. An action from a state that is not listed does not exist. */
export const transitions = [
  { action: 'submit', from: [null], to: 'submitted', by: 'device' },
  { action: 'attest', from: open, to: 'attested', by: 'reviewer' },
  { action: 'reject', from: open, to: 'rejected', by: 'reviewer' },
  { action: 'revoke', from: ['attested', 'suspended'], to: 'revoked', by: 'reviewer' },
] as const satisfies readonly Transition[];

export type Action = (typeof transitions)[number]['action'];

export function isAction(text: string): text is Action {
  return transitions.some(({ action }) => action === text);
}

/** Where an action leads; undefined where it may not be taken. */
export function nextState(
  action: Action,
  from: RegistrationState | null,
  by: ActorRole,
): RegistrationState | undefined {
  const rows: readonly Transition[] = transitions;
  return rows.find((row) => row.action === action && row.by === by && row.from.includes(from))?.to;
}
