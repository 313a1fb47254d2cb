import type { RegistrationState } from '#shared/contract/gateway-contract.ts';

/** Who performs an action. `gateway`: it follows from what happened to another registration. */
export const actorRoles = ['device', 'reviewer', 'gateway'] as const;
export type ActorRole = (typeof actorRoles)[number];

interface Transition {
  readonly action: string;
  /** `null`: there is no registration yet. */
  readonly from: readonly (RegistrationState | null)[];
  /** `same`: something else about the case changes, or is given out. */
  readonly to: RegistrationState | 'same';
  readonly by: ActorRole;
}

const open = ['submitted', 'filed_with_authority', 'verifying', 'needs_information'] as const;
const granted = ['attested', 'suspended'] as const;

/** Everything that may happen to a case. An action from a state that is not listed does not exist. */
export const transitions = [
  { action: 'submit', from: [null], to: 'submitted', by: 'device' },
  { action: 'answer', from: ['needs_information'], to: 'submitted', by: 'device' },
  { action: 'add_document', from: open, to: 'same', by: 'device' },
  { action: 'remove_document', from: open, to: 'same', by: 'device' },
  { action: 'withdraw', from: open, to: 'withdrawn', by: 'device' },
  { action: 'withdraw', from: granted, to: 'ended', by: 'device' },
  { action: 'certificate', from: ['attested'], to: 'same', by: 'device' },
  { action: 'amend', from: ['attested'], to: 'same', by: 'device' },
  {
    action: 'file',
    from: ['submitted', 'verifying', 'needs_information'],
    to: 'filed_with_authority',
    by: 'reviewer',
  },
  {
    action: 'verify',
    from: ['submitted', 'filed_with_authority', 'needs_information'],
    to: 'verifying',
    by: 'reviewer',
  },
  // From needs_information too: one more question.
  { action: 'ask', from: open, to: 'needs_information', by: 'reviewer' },
  { action: 'attest', from: open, to: 'attested', by: 'reviewer' },
  { action: 'reject', from: open, to: 'rejected', by: 'reviewer' },
  // Of a suspended one too, which stays suspended.
  { action: 'renew', from: granted, to: 'same', by: 'reviewer' },
  { action: 'suspend', from: ['attested'], to: 'suspended', by: 'reviewer' },
  { action: 'reinstate', from: ['suspended'], to: 'attested', by: 'reviewer' },
  { action: 'revoke', from: granted, to: 'revoked', by: 'reviewer' },
  // Its amendment has taken its place, which is no way out of a suspension.
  { action: 'end', from: ['attested'], to: 'ended', by: 'gateway' },
  // What it amends was revoked or withdrawn.
  { action: 'lapse', from: open, to: 'withdrawn', by: 'gateway' },
  { action: 'lapse', from: granted, to: 'ended', by: 'gateway' },
] as const satisfies readonly Transition[];

export type Action = (typeof transitions)[number]['action'];

/** Where an action leads; undefined where it may not be taken. */
export function nextState(
  action: Action,
  from: RegistrationState | null,
  by: ActorRole,
): RegistrationState | undefined {
  const rows: readonly Transition[] = transitions;
  const to = rows.find((row) => row.action === action && row.by === by && row.from.includes(from))?.to;
  return to === 'same' ? (from ?? undefined) : to;
}
