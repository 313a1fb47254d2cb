import type { PolicyFileKey, PolicyKey } from './policy.ts';

interface PolicyKeyText {
  /** What it decides, for whoever administers a machine. */
  readonly meaning: string;
  /** The direction in which a user may go, and nobody is ever less safe. */
  readonly stricter: string;
  /** What may stand there; the schema says the same to the program. */
  readonly allowed: string;
}

/** Every key of a policy in words, in the order in which they are shown. */
export const policyKeyTexts = {
  accepted_assurances: {
    meaning: 'Which kinds of registration open the gate.',
    stricter: 'fewer',
    allowed: 'a list of one or more of "attested", "exempt", "provisional", "declared"',
  },
  status_grace_seconds: {
    meaning: 'How old the last news of a registration may be, in seconds, before it no longer counts.',
    stricter: 'shorter',
    allowed: 'a whole number from 3600 (an hour) to 604800 (a week)',
  },
  clock_tolerance_seconds: {
    meaning: 'How far in the future something signed may lie, in seconds, for clocks that differ.',
    stricter: 'less',
    allowed: 'a whole number from 0 to 900',
  },
  continue_without_tunnel: {
    meaning: 'Whether a user may go on without protection when the tunnel is gone.',
    stricter: 'false',
    allowed: 'true or false',
  },
} as const satisfies Record<PolicyKey, PolicyKeyText>;

/** What may stand for each key of a file, those included that only a file has. */
export const policyFileKeyTexts = {
  ...policyKeyTexts,
  also_accepted_assurances: {
    allowed: 'a list of none, one or both of "provisional", "declared"; `sanad policy accept` writes it',
  },
  recorded_acts: {
    allowed: 'a list of what `sanad policy accept` and `sanad policy refuse` have recorded',
  },
} as const satisfies Record<PolicyFileKey, Pick<PolicyKeyText, 'allowed'>>;

/** As the object above lists them. */
export const policyFileKeys: readonly PolicyFileKey[] = [
  'accepted_assurances',
  'also_accepted_assurances',
  'status_grace_seconds',
  'clock_tolerance_seconds',
  'continue_without_tunnel',
  'recorded_acts',
];

/** As they are shown. */
export const policyKeys: readonly PolicyKey[] = [
  'accepted_assurances',
  'status_grace_seconds',
  'clock_tolerance_seconds',
  'continue_without_tunnel',
];
