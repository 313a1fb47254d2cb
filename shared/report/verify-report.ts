import { openDeclaration } from '../registration/declaration.ts';
import { judgeRegistration, openCertificate, type Grounds } from '../registration/judgement.ts';
import type { Policy } from '../registration/policy.ts';
import type { Primitives } from '../registration/primitives.ts';
import { refusal, RefusedError, type Refusal, type RefusalCode } from '../registration/refusal.ts';
import { MAX_STATUS_LIST_LIFETIME_SECONDS } from '../registration/status-list.ts';
import { operatorsOf, proofOf, type KnownKeys, type Proof } from './proof.ts';
import {
  gatewayOf,
  parseReportFile,
  type CertifiedEntry,
  type DeclaredEntry,
  type ReportEntry,
} from './report-schema.ts';
import { checkSeal, type Seal } from './seal.ts';
import type { Conclusion, EntryVerdict, ReportVerdict, SealVerdict, VerdictCode } from './verdict.ts';

interface VerifyOptions {
  readonly known: KnownKeys;
  readonly primitives: Primitives;
}

/** How many registrations between two breaths of whoever draws meanwhile. */
const BREATH = 20;

/**
 * Verifies a report's file by what it brings and what the verifier knows; nothing is fetched and no clock is asked:
 * everything is judged as of the report's own moment. Gives the number of registrations judged so far now and then.
 * Throws a SanadError of report-problem.ts for what is no report.
 */
export function* reportVerification(text: string, options: VerifyOptions): Generator<number, ReportVerdict> {
  const { known, primitives } = options;
  const file = parseReportFile(text);
  const { report } = file;
  const operators = operatorsOf(report, known, primitives);
  const proof = proofOf(report, operators, primitives);
  const { faults } = proof;
  const clock = { now: report.as_of, floor: 0 };
  const rules = { policy: everyAssurance, clock, primitives };
  const seal = checkSeal(file, primitives);
  const origins = new Set(operators.map(({ origin }) => origin));
  const seen = new Set<string>();
  const entries: EntryVerdict[] = [];
  for (const entry of report.entries) {
    const verdict = judge(entry, { proof, rules, seal, hasKeys: origins.has(gatewayOf(entry) ?? '') });
    // One certificate shown twice would count as two registrations.
    const isAgain = seen.has(entry.registration);
    seen.add(entry.registration);
    entries.push(isAgain ? { ...verdict, code: 'not_genuine' } : verdict);
    if (entries.length % BREATH === 0) yield entries.length;
  }
  const sealed = sealVerdict(seal, entries);
  const conclusion = conclude({ seal: sealed, operators, entries, faults });
  return { report, seal: sealed, operators, entries, faults, conclusion };
}

/** The whole verification at once. */
export function verifyReport(text: string, options: VerifyOptions): ReportVerdict {
  const verification = reportVerification(text, options);
  for (;;) {
    const { done, value } = verification.next();
    if (done === true) return value;
  }
}

/** How much stands behind a registration is shown, and is no reason to refuse it. A list counts as long as it says. */
const everyAssurance: Policy = {
  accepted_assurances: ['attested', 'exempt', 'provisional', 'declared'],
  status_grace_seconds: MAX_STATUS_LIST_LIFETIME_SECONDS,
  clock_tolerance_seconds: 300,
  continue_without_tunnel: false,
};

interface Judging {
  readonly proof: Proof;
  readonly rules: Pick<Grounds, 'policy' | 'clock'> & { readonly primitives: Primitives };
  readonly seal: Seal;
  /** Whether anybody has the root keys of the entry's gateway. */
  readonly hasKeys: boolean;
}

function judge(entry: ReportEntry, judging: Judging): EntryVerdict {
  if (entry.kind === 'case') return { entry, code: 'stated', claims: undefined, refusal: undefined };
  if (entry.kind === 'declared') return judgeDeclared(entry, judging);
  if (!judging.hasKeys) return { entry, code: 'unknown_operator', claims: undefined, refusal: undefined };
  return judgeCertified(entry, judging);
}

function judgeCertified(entry: CertifiedEntry, { proof, rules, seal }: Judging): EntryVerdict {
  const { certificate, gateway, registration } = entry;
  // By its own gateway's keys and lists alone: another's say nothing about it.
  const keySets = proof.keySets.filter(({ issuer }) => issuer === gateway);
  const grounds = { ...rules, keySets, statusLists: proof.statusListsOf(gateway) };
  let claims: EntryVerdict['claims'];
  try {
    const opened = openCertificate({ ...grounds, certificate });
    const isThis = opened.claims.iss === gateway && opened.claims.sub === registration;
    if (!isThis) return refused(entry, refusal('certificate_claims_invalid', 'of another registration'));
    claims = opened.claims;
    judgeRegistration({ ...grounds, ...opened, endpoints: presented(claims) });
    const isOthers = seal.kind === 'holds' && seal.device !== claims.cnf.jkt;
    return { entry, code: isOthers ? 'other_device' : 'stands', claims, refusal: undefined };
  } catch (cause) {
    if (!(cause instanceof RefusedError)) throw cause;
    return refused(entry, cause.refusal, claims);
  }
}

/** The registrant's own word: that it is theirs and for that day is all there is to judge. */
function judgeDeclared(entry: DeclaredEntry, { rules, seal }: Judging): EntryVerdict {
  const grounds = { ...rules, keySets: [], statusLists: new Map<string, never>() };
  let claims: EntryVerdict['claims'];
  try {
    const opened = openDeclaration({ ...grounds, declaration: entry.declaration });
    if (opened.claims.sub !== entry.registration) {
      return refused(entry, refusal('declaration_claims_invalid', 'of another registration'));
    }
    claims = opened.claims;
    judgeRegistration({ ...grounds, ...opened, endpoints: presented(claims) });
    const isOthers = seal.kind === 'holds' && seal.device !== claims.cnf.jkt;
    return { entry, code: isOthers ? 'other_device' : 'declared', claims, refusal: undefined };
  } catch (cause) {
    if (!(cause instanceof RefusedError)) throw cause;
    return refused(entry, cause.refusal, claims);
  }
}

function presented({ endpoints }: NonNullable<EntryVerdict['claims']>) {
  return endpoints.map(({ public_key: publicKey, host, port }) => ({ publicKey, host, port }));
}

function refused(entry: ReportEntry, found: Refusal, claims?: EntryVerdict['claims']): EntryVerdict {
  const meant = codeOf[found.code] ?? 'not_genuine';
  // No office has to do with a declaration, also where what ended is the decision.
  const code = entry.kind === 'declared' && meant === 'expired' ? 'declared_over' : meant;
  // What somebody signed who may not is not shown as signed.
  return { entry, code, claims: code === 'not_genuine' ? undefined : claims, refusal: found };
}

/** What a refusal of the gate means for proof. Whatever is not here is not genuine. */
const codeOf: Readonly<Partial<Record<RefusalCode, VerdictCode>>> = {
  registration_revoked: 'revoked',
  registration_suspended: 'suspended',
  certificate_expired: 'expired',
  decision_expired: 'expired',
  certificate_not_yet_valid: 'not_yet_valid',
  declaration_expired: 'declared_over',
  declaration_not_yet_valid: 'declared_over',
  key_set_missing: 'unproved',
  key_set_expired: 'unproved',
  issuer_unknown: 'unproved',
  status_list_missing: 'unproved',
  status_list_expired: 'unproved',
  status_list_stale: 'unproved',
  status_index_out_of_range: 'unproved',
  status_unknown: 'unproved',
};

function sealVerdict(seal: Seal, entries: readonly EntryVerdict[]): SealVerdict {
  if (seal.kind !== 'holds') return seal.kind;
  const ofDevice = entries.filter(({ claims }) => claims?.cnf.jkt === seal.device);
  if (ofDevice.some(({ entry }) => entry.kind === 'certified')) return 'device';
  // Anybody signs a declaration with a key of their own: among certificates of others it says nothing about them.
  const hasCertificates = entries.some(({ entry }) => entry.kind === 'certified');
  return ofDevice.length > 0 && !hasCertificates ? 'declarant' : 'stranger';
}

const unprovedCodes: ReadonlySet<VerdictCode> = new Set([
  'unproved',
  'other_device',
  'unknown_operator',
  'stated',
  'declared',
  'declared_over',
]);

function conclude({
  seal,
  operators,
  entries,
  faults,
}: Omit<ReportVerdict, 'report' | 'conclusion'>): Conclusion {
  const isFalse = entries.some(({ code }) => code === 'not_genuine');
  if (seal === 'broken' || faults.length > 0 || isFalse) return 'not_genuine';
  // Of other keys under a known name: a forgery, or keys that the gateway no longer uses. That cannot be told here.
  const isContradicted = operators.some((operator) => operator.isContradicted);
  const isUnproved = entries.some(({ code }) => unprovedCodes.has(code));
  if (seal !== 'device' || isContradicted || isUnproved) return 'incomplete';
  return operators.every(({ trust }) => trust !== 'brought') ? 'genuine' : 'compare_keys';
}
