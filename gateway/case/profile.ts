import type { Submission } from '#shared/contract/gateway-contract.ts';

/** The part of a submission that an authority profile judges. */
export type Application = Pick<Submission, 'route' | 'category' | 'fields'>;

export interface ProfileVerdict {
  readonly missing: readonly string[];
  readonly invalid: readonly { readonly field: string; readonly reason: string }[];
  /** The fields as they are to be kept: trimmed and normalised. */
  readonly fields: Readonly<Record<string, string>>;
}

/** What an authority asks for. Profiles as signed data will take the place of those built in. */
export interface Profile {
  /** Name and version: a case stays with the version it was submitted under. */
  readonly id: string;
  /** What documents may be: cnic_front, letter, ... */
  readonly documentKinds: readonly string[];
  evaluate(application: Application): ProfileVerdict;
}
