import { fingerprint } from '../registration/anchor.ts';
import { restoreAnyKeySet, type VerifiedKeySet } from '../registration/key-set.ts';
import type { Primitives } from '../registration/primitives.ts';
import { RefusedError, type Refusal } from '../registration/refusal.ts';
import { restoreAnyStatusList, type VerifiedStatusList } from '../registration/status-list.ts';
import { latest, listName } from './compose.ts';
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
  /** Of one gateway, by uri: another's under the same address says nothing about its registrations. */
  statusListsOf(issuer: string): ReadonlyMap<string, VerifiedStatusList>;
  readonly faults: readonly Refusal[];
}

/**
 * Each key set and list is verified once, however many registrations rest on it, by the keys of all gateways at once:
 * one key may be in the sets of several, and whose file it is stands in what was signed.
 */
export function proofOf(report: Report, operators: readonly KnownOperator[], primitives: Primitives): Proof {
  const faults: Refusal[] = [];
  const { as_of: asOf } = report;
  const anchors = operators.map(({ anchor }) => anchor);
  const genuineSets = report.key_sets.flatMap((text) =>
    genuine(() => restoreAnyKeySet({ text, anchors, primitives }), faults),
  );
  const keySets = [...newestOf(genuineSets, { of: ({ issuer }) => issuer, asOf }).values()];
  const genuineLists = report.status_lists.flatMap((text) =>
    genuine(() => restoreAnyStatusList({ text, keySets, primitives }), faults),
  );
  const lists = newestOf(genuineLists, { of: ({ issuer, uri }) => listName(issuer, uri), asOf });
  return { keySets, statusListsOf: listsByIssuer([...lists.values()]), faults };
}

function listsByIssuer(lists: readonly VerifiedStatusList[]): Proof['statusListsOf'] {
  const byIssuer = Map.groupBy(lists, ({ issuer }) => issuer);
  const maps = new Map(
    [...byIssuer].map(([issuer, own]) => [issuer, new Map(own.map((list) => [list.uri, list]))]),
  );
  return (issuer) => maps.get(issuer) ?? new Map<string, VerifiedStatusList>();
}

/**
 * Of a gateway whose keys nobody has, or of one that may not speak there: it proves nothing, and its registrations say so.
 * No fault, for a gateway could make another's report not genuine by it.
 */
const nobodys: ReadonlySet<string> = new Set([
  'key_set_root_unknown',
  'status_list_key_not_allowed',
  'status_list_issuer_wrong',
]);

function genuine<Signed>(verify: () => Signed, faults: Refusal[]): Signed[] {
  try {
    return [verify()];
  } catch (cause) {
    if (!(cause instanceof RefusedError)) throw cause;
    if (!nobodys.has(cause.refusal.code)) faults.push(cause.refusal);
    return [];
  }
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
