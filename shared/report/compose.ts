import type { Anchor, EndpointClaim } from '../contract/gateway-contract.ts';
import type { CertificateClaims } from '../registration/certificate.ts';
import type { DeclarationClaims } from '../registration/declaration.ts';
import { CLOCK_FLOOR_TOLERANCE_SECONDS } from '../registration/clock.ts';
import {
  gatewayOf,
  MAX_DETAILS,
  MAX_ENDPOINTS,
  MAX_LABEL_CHARACTERS,
  MAX_NAME_CHARACTERS,
  MAX_PROOFS,
  MAX_STATES,
  MAX_VALUE_CHARACTERS,
  reportSchema,
  REPORT_FORMAT,
  REPORT_VERSION,
  type Report,
  type ReportedDetail,
  type ReportedState,
  type ReportEntry,
} from './report-schema.ts';

/** A certificate with what it says of itself. Whoever verifies the report verifies it; composing does not. */
export interface KnownCertificate {
  readonly text: string;
  readonly claims: CertificateClaims;
}

/** Everything that is known of one registration, at all times. */
export interface KnownRegistration {
  readonly registration: string;
  readonly gateway: string;
  readonly label: string;
  readonly profile: string;
  readonly route: string;
  readonly category: string;
  readonly endpoints: readonly EndpointClaim[];
  readonly details: readonly ReportedDetail[];
  /** Oldest first. */
  readonly states: readonly ReportedState[];
  readonly certificates: readonly KnownCertificate[];
}

/** What the registrant stated, each time it was stated. */
export interface KnownDeclaration {
  readonly registration: string;
  readonly label: string;
  readonly statements: readonly { readonly text: string; readonly claims: DeclarationClaims }[];
}

/** A signed file of a gateway, which counts from its `iat` on. */
export interface KnownProof {
  /** For key sets the gateway's origin, for status lists their `listName`. */
  readonly of: string;
  readonly issuedAt: number;
  readonly text: string;
}

/** Any gateway may sign a list under any address: a list is its issuer's and its address's. Origins have no blanks. */
export function listName(issuer: string, uri: string): string {
  return `${issuer} ${uri}`;
}

export interface ReportSources {
  readonly registrations: readonly KnownRegistration[];
  readonly declarations?: readonly KnownDeclaration[];
  readonly anchors: readonly Anchor[];
  readonly keySets: readonly KnownProof[];
  readonly statusLists: readonly KnownProof[];
}

interface ReportOptions {
  readonly id: string;
  readonly madeAt: number;
  readonly madeBy: string;
  /** Seconds since the epoch. */
  readonly asOf: number;
  readonly subject: string | null;
}

/** The report as of a moment: what was known then, and of each signed file the newest that counted then. */
export function composeReport(sources: ReportSources, options: ReportOptions): Report {
  const { asOf } = options;
  const registered = sources.registrations.map((known) => entryOf(known, asOf));
  const declared = (sources.declarations ?? []).map((known) => declaredEntryOf(known, asOf));
  const entries = [...registered, ...declared]
    .filter((entry) => entry !== undefined)
    .toSorted((a, b) => compare(a.label, b.label) || compare(a.registration, b.registration));
  const gateways = new Set(entries.map(gatewayOf).filter((origin) => origin !== undefined));
  const lists = listsNamedBy(sources.registrations, entries);
  return reportSchema.parse({
    format: REPORT_FORMAT,
    version: REPORT_VERSION,
    id: options.id,
    made_at: options.madeAt,
    made_by: options.madeBy,
    as_of: asOf,
    subject: options.subject,
    entries,
    // A TLS authority proves nothing here.
    anchors: sources.anchors
      .filter(({ origin }) => gateways.has(origin))
      .map(({ tls_ca: _tlsCa, ...rest }) => rest)
      .slice(0, MAX_PROOFS),
    key_sets: newestBy(sources.keySets, gateways, asOf),
    status_lists: newestBy(sources.statusLists, lists, asOf),
  });
}

/** undefined: there was no such registration yet. What is larger than its place never hinders the whole report. */
function entryOf(known: KnownRegistration, asOf: number): ReportEntry | undefined {
  const states = known.states.filter(({ at }) => at <= asOf).slice(-MAX_STATES);
  const certificate = certificateAsOf(known, asOf);
  const { registration, gateway } = known;
  const label = known.label.slice(0, MAX_LABEL_CHARACTERS);
  const common = { registration, label, details: detailsOf(known), states, gateway };
  if (certificate !== undefined) return { kind: 'certified', ...common, certificate: certificate.text };
  if (states.length === 0) return undefined;
  const [profile = '', route = '', category = ''] = [known.profile, known.route, known.category].map((name) =>
    name.slice(0, MAX_NAME_CHARACTERS),
  );
  const endpoints = known.endpoints.slice(0, MAX_ENDPOINTS);
  return { kind: 'case', ...common, profile, route, category, endpoints };
}

function detailsOf({ details }: KnownRegistration): ReportedDetail[] {
  return details
    .filter(({ name }) => name !== '' && name.length <= MAX_NAME_CHARACTERS)
    .slice(0, MAX_DETAILS)
    .map((detail) => ({ ...detail, value: detail.value.slice(0, MAX_VALUE_CHARACTERS) }));
}

/** The latest statement of then; undefined: nothing had been stated yet. */
function declaredEntryOf(
  { registration, label, statements }: KnownDeclaration,
  asOf: number,
): ReportEntry | undefined {
  const made = statements.filter(({ claims }) => claims.iat <= latest(asOf));
  const [newest] = made.toSorted((a, b) => b.claims.iat - a.claims.iat);
  if (newest === undefined) return undefined;
  const named = label.slice(0, MAX_LABEL_CHARACTERS);
  return { kind: 'declared', registration, label: named, details: [], states: [], declaration: newest.text };
}

/** The newest that had been issued by then: an older one was superseded by it. */
function certificateAsOf({ certificates }: KnownRegistration, asOf: number): KnownCertificate | undefined {
  const issued = certificates.filter(({ claims }) => claims.iat <= latest(asOf));
  return issued.toSorted((a, b) => b.claims.iat - a.claims.iat)[0];
}

/** What was signed a moment later by a clock a moment ahead was there all the same. */
export function latest(asOf: number): number {
  return asOf + CLOCK_FLOOR_TOLERANCE_SECONDS;
}

function listsNamedBy(
  registrations: readonly KnownRegistration[],
  entries: readonly ReportEntry[],
): ReadonlySet<string> {
  const reported = new Set(entries.map((entry) => (entry.kind === 'certified' ? entry.certificate : '')));
  const certificates = registrations.flatMap((one) => one.certificates);
  const named = certificates.filter(({ text }) => reported.has(text));
  return new Set(named.map(({ claims }) => listName(claims.iss, claims.status.status_list.uri)));
}

function newestBy(proofs: readonly KnownProof[], wanted: ReadonlySet<string>, asOf: number): string[] {
  const newest = new Map<string, KnownProof>();
  for (const proof of proofs) {
    if (!wanted.has(proof.of) || proof.issuedAt > latest(asOf)) continue;
    const other = newest.get(proof.of);
    if (other === undefined || proof.issuedAt > other.issuedAt) newest.set(proof.of, proof);
  }
  return inTurns([...newest.values()])
    .slice(0, MAX_PROOFS)
    .toSorted((a, b) => compare(a.of, b.of))
    .map(({ text }) => text);
}

/** The first of each gateway, then the second of each: one that names lists without end takes no other's place. */
function inTurns(proofs: readonly KnownProof[]): readonly KnownProof[] {
  const sorted = proofs.toSorted((a, b) => compare(a.of, b.of));
  const turns = new Map<string, number>();
  return sorted
    .map((proof) => {
      const [issuer = ''] = proof.of.split(' ');
      const turn = turns.get(issuer) ?? 0;
      turns.set(issuer, turn + 1);
      return { proof, turn };
    })
    .toSorted((a, b) => a.turn - b.turn)
    .map(({ proof }) => proof);
}

/** By code points: the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
