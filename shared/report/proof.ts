import { fingerprint } from '../registration/anchor.ts';
import { restoreKeySet, type VerifiedKeySet } from '../registration/key-set.ts';
import type { Primitives } from '../registration/primitives.ts';
import { RefusedError, type Refusal } from '../registration/refusal.ts';
import { restoreStatusList, type VerifiedStatusList } from '../registration/status-list.ts';
import { latest } from './compose.ts';
import { gatewayOf, type Report, type ReportAnchor } from './report-schema.ts';
import type { OperatorVerdict } from './verdict.ts';

/** What a verifier has from elsewhere than the report. */
export interface KnownKeys {
  readonly anchors: readonly ReportAnchor[];
  /** Of root keys, in any spacing, as read from an operator's own page or over the telephone. */
  readonly fingerprints: readonly string[];
}

interface KnownOperator extends OperatorVerdict {
  readonly anchor: ReportAnchor;
}

/** The gateways whose keys are there. What the verifier knows counts over what the report brings. */
export function operatorsOf(
  report: Report,
  known: KnownKeys,
  primitives: Primitives,
): readonly KnownOperator[] {
  const origins = [...new Set(report.entries.map(gatewayOf).filter((origin) => origin !== undefined))];
  return origins.flatMap((origin): KnownOperator[] => {
    const mine = known.anchors.find((one) => one.origin === origin);
    const brought = report.anchors.filter((one) => one.origin === origin);
    const anchor = mine ?? brought[0];
    if (anchor === undefined) return [];
    const print = fingerprint(anchor, primitives);
    const isContradicted = brought.some((one) => fingerprint(one, primitives) !== print);
    const { legal_name: legalName, contact } = anchor.operator;
    const trust = mine !== undefined ? 'known' : isKnownPrint(print, known) ? 'compared' : 'brought';
    return [{ origin, legalName, contact, fingerprint: print, trust, isContradicted, anchor }];
  });
}

function isKnownPrint(print: string, { fingerprints }: KnownKeys): boolean {
  const bare = (text: string): string => text.replace(/[\s:-]/g, '').toLowerCase();
  return fingerprints.some((known) => bare(known) === bare(print));
}

/** The key sets and lists of a report that are genuine, and what is wrong with the others. */
export interface Proof {
  readonly keySets: readonly VerifiedKeySet[];
  /** By uri. */
  readonly statusLists: ReadonlyMap<string, VerifiedStatusList>;
  readonly faults: readonly Refusal[];
}

/** Each key set and list is verified once, however many registrations rest on it. */
export function proofOf(report: Report, operators: readonly KnownOperator[], primitives: Primitives): Proof {
  const faults: Refusal[] = [];
  const keySets = newestOf(
    report.key_sets.flatMap((text) =>
      firstGenuine(
        operators.map(({ anchor }) => anchor),
        (anchor) => restoreKeySet({ text, anchor, primitives }),
        // Of a gateway whose keys nobody has: its registrations say so.
        { passing: ['key_set_root_unknown'], faults },
      ),
    ),
    { of: ({ issuer }) => issuer, asOf: report.as_of },
  );
  const lists = newestOf(
    report.status_lists.flatMap((text) =>
      firstGenuine([...keySets.values()], (keySet) => restoreStatusList({ text, keySet, primitives }), {
        passing: ['status_list_key_not_allowed'],
        faults,
      }),
    ),
    { of: ({ uri }) => uri, asOf: report.as_of },
  );
  return { keySets: [...keySets.values()], statusLists: lists, faults };
}

/** By each signer until one fits. A refusal that only means "another signer's" is no fault. */
function firstGenuine<Signer, Signed>(
  signers: readonly Signer[],
  verify: (signer: Signer) => Signed,
  { passing, faults }: { readonly passing: readonly string[]; readonly faults: Refusal[] },
): Signed[] {
  for (const signer of signers) {
    try {
      return [verify(signer)];
    } catch (cause) {
      if (!(cause instanceof RefusedError)) throw cause;
      if (passing.includes(cause.refusal.code)) continue;
      faults.push(cause.refusal);
      return [];
    }
  }
  return [];
}

/** Of each the newest that counted then. */
function newestOf<Signed extends { readonly issuedAt: number }>(
  signed: readonly Signed[],
  { of, asOf }: { readonly of: (one: Signed) => string; readonly asOf: number },
): Map<string, Signed> {
  const newest = new Map<string, Signed>();
  for (const one of signed) {
    if (one.issuedAt > latest(asOf)) continue;
    const other = newest.get(of(one));
    if (other === undefined || one.issuedAt > other.issuedAt) newest.set(of(one), one);
  }
  return newest;
}
