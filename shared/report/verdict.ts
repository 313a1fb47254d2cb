import type { RegistrationClaims } from '../registration/judgement.ts';
import type { Refusal } from '../registration/refusal.ts';
import type { Report, ReportEntry } from './report-schema.ts';

/**
 * How far what the report says of one registration is proved.
 * stands: signed by its gateway, for the device that made the report, and in force on that day.
 * revoked, suspended, expired, not_yet_valid: genuine, and not in force on that day.
 * unproved: genuine, but what would show whether it was in force on that day is not in the report.
 * other_device: genuine, but given to another device than the one that made the report.
 * unknown_operator: neither the report nor the verifier has the keys of that gateway.
 * not_genuine: changed, forged, or signed by somebody who may not.
 * stated: a case without a certificate: the report's word alone.
 * declared: signed by the registrant's own device, for that day; confirmed by nobody.
 * declared_over: the same, and not for that day.
 */
export const verdictCodes = [
  'stands',
  'revoked',
  'suspended',
  'expired',
  'not_yet_valid',
  'unproved',
  'other_device',
  'unknown_operator',
  'not_genuine',
  'stated',
  'declared',
  'declared_over',
] as const;
export type VerdictCode = (typeof verdictCodes)[number];

export interface EntryVerdict {
  readonly entry: ReportEntry;
  readonly code: VerdictCode;
  /** What the gateway signed, or for a declaration the device; undefined where nothing authentic is there. */
  readonly claims: RegistrationClaims | undefined;
  /** Why it does not stand, as the gate says it. */
  readonly refusal: Refusal | undefined;
}

/** A gateway of the report. */
export interface OperatorVerdict {
  readonly origin: string;
  readonly legalName: string;
  readonly contact: string;
  /** Of the root keys, as registration/anchor.ts writes it. */
  readonly fingerprint: string;
  /**
   * known: the verifier has its keys from elsewhere. compared: brought by the report, and the verifier knows the
   * fingerprint; its name is still the report's word. brought: by the report alone.
   */
  readonly trust: 'known' | 'compared' | 'brought';
  /** The report brings other root keys under this origin than the verifier knows. */
  readonly isContradicted: boolean;
}

export type SealVerdict =
  /** By the device that certificates of the report were given to. */
  | 'device'
  /** Of a report without certificates: by the key that signed what is stated in it. Whose that is, nobody says. */
  | 'declarant'
  /** By a key that no certificate of the report was given to. */
  | 'stranger'
  | 'none'
  | 'broken';

/**
 * genuine: everything is as its signers signed it, by keys that the verifier knows.
 * compare_keys: the same, but by keys that the report brings itself.
 * incomplete: nothing is false, and not everything is proved.
 * not_genuine: something was changed or forged.
 */
export type Conclusion = 'genuine' | 'compare_keys' | 'incomplete' | 'not_genuine';

export interface ReportVerdict {
  readonly report: Report;
  readonly seal: SealVerdict;
  readonly operators: readonly OperatorVerdict[];
  readonly entries: readonly EntryVerdict[];
  /** What the report brings as proof and is none. */
  readonly faults: readonly Refusal[];
  readonly conclusion: Conclusion;
}

/** Whether every registration in it is proved to have been in force on that day. */
export function standsEntirely({ entries }: Pick<ReportVerdict, 'entries'>): boolean {
  return entries.length > 0 && entries.every(({ code }) => code === 'stands');
}

export function countOf({ entries }: Pick<ReportVerdict, 'entries'>, code: VerdictCode): number {
  return entries.filter((one) => one.code === code).length;
}
