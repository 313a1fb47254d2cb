import type { RegistrationState, RegistrationView } from '../../contract/registration-contract.ts';
import type { ProfileText, ProfileDocument } from '../authority-profile/profile-schema.ts';
import type { AuthorityProfile } from '../authority-profile/read-profile.ts';

type Step = ProfileDocument['procedure'][number];

/** A row of a registration's timeline. */
export type TimelineRow =
  /** The application arrived at the registration office. */
  | { readonly kind: 'sent'; readonly at: number }
  /** The reviewer asked, or the person answered. */
  | { readonly kind: 'asked' | 'answered'; readonly at: number; readonly text: string }
  /** What it is by now. */
  | { readonly kind: 'now'; readonly at: number; readonly state: RegistrationState }
  /** A step of the authority's own procedure that is still to come. */
  | { readonly kind: 'ahead'; readonly label: ProfileText; readonly who: Step['who'] };

/** What nothing follows any more, or only what somebody at the office does. */
const settled: ReadonlySet<RegistrationState> = new Set([
  ...(['attested', 'rejected', 'withdrawn', 'suspended', 'revoked', 'ended'] as const),
]);

/**
 * What happened, in order, as far as it is told, and what is ahead by the authority's procedure. `profile` undefined: its
 * rules are not here, so nothing ahead is known.
 */
export function timelineOf(
  view: RegistrationView,
  profile: AuthorityProfile | undefined,
): readonly TimelineRow[] {
  const { submitted_at: submittedAt, changed_at: changedAt, state, thread } = view;
  const said = thread.map(({ at, from, text }): TimelineRow => {
    return { kind: from === 'reviewer' ? 'asked' : 'answered', at, text };
  });
  const isNews = state !== 'submitted' || changedAt !== submittedAt;
  return [
    { kind: 'sent', at: submittedAt },
    ...said,
    ...(isNews ? [{ kind: 'now', at: changedAt, state } as const] : []),
    ...ahead(state, profile?.document.procedure ?? []),
  ];
}

function ahead(state: RegistrationState, procedure: readonly Step[]): readonly TimelineRow[] {
  if (settled.has(state)) return [];
  // While something is asked, or nothing was filed yet, everything after the application itself is to come.
  const reached = procedure.findLastIndex((step) => step.state === state);
  const first =
    reached === -1 ? procedure.findIndex((step) => step.state === 'filed_with_authority') : reached + 1;
  if (first === -1) return [];
  return procedure.slice(first).map(({ label, who }) => ({ kind: 'ahead', label, who }));
}

/** What changed, what that needs, and what to know about it: from the rules, in their order. */
export type ChangeAdvice = ProfileDocument['changes'][number];

/** Only where there is something confirmed that could change. */
export function changesAfter(
  { state }: Pick<RegistrationView, 'state'>,
  profile: AuthorityProfile | undefined,
): readonly ChangeAdvice[] {
  return state === 'attested' ? (profile?.document.changes ?? []) : [];
}
