import { gatewayOf } from '#shared/report/report-schema.ts';
import { reportText, fill, momentText, wordFor } from '#shared/report/text/index.ts';
import {
  countOf,
  type EntryVerdict,
  type OperatorVerdict,
  type ReportVerdict,
} from '#shared/report/verdict.ts';
import { bad, faint, good, strong, type Line } from '../answer.ts';
import { table } from './table.ts';

const text = reportText.en;
/** A thousand lines are for programs; those that do not stand are all shown. */
const MAX_SHOWN = 40;

/** What the report says, registration by registration. */
export function describeReport(verdict: ReportVerdict): readonly Line[] {
  const { report, entries } = verdict;
  const standing = entries.filter(({ code }) => code === 'stands');
  const others = entries.filter(({ code }) => code !== 'stands');
  const shown = [...others, ...standing.slice(0, MAX_SHOWN)];
  const left = entries.length - shown.length;
  return [
    ...table([
      [text.subject, report.subject ?? text.subject_unstated],
      [text.as_of, momentText(report.as_of)],
      [text.made_at, `${momentText(report.made_at)}, ${fill(text.made_with, { program: report.made_by })}`],
      [text.report_id, report.id],
      [text.seal, text[`seal_${verdict.seal}`]],
    ]),
    strong(`${text.not_by_authority}.`),
    '',
    ...shown.flatMap((one) => describeEntry(one, verdict.operators)),
    ...(left > 0 ? [faint(`… and ${left} more, in force.`)] : []),
    standingLine(verdict),
  ];
}

function standingLine(verdict: ReportVerdict): Line {
  const all = verdict.entries.length;
  const count = countOf(verdict, 'stands');
  if (all === 0) return text.standing_none;
  const sentence = count === all ? text.standing_all : text.standing_some;
  return strong(fill(sentence, { count: String(count), all: String(all) }));
}

function describeEntry(verdict: EntryVerdict, operators: readonly OperatorVerdict[]): readonly Line[] {
  const { entry, claims, code, refusal } = verdict;
  const endpoints = claims?.endpoints ?? (entry.kind === 'case' ? entry.endpoints : []);
  const heading = `${entry.label}: ${wordFor(text, 'verdict', code) ?? code}`;
  const why = refusal === undefined ? [] : [faint(`  ${refusal.reason}`)];
  return [
    code === 'stands' ? good(heading) : bad(heading),
    ...(code === 'stands' ? [] : [faint(`  ${wordFor(text, 'meaning', code) ?? ''}`), ...why]),
    ...table([
      ['  Registration', entry.registration],
      ['  VPN servers', endpoints.map(({ host, port }) => `${host}, port ${port}`).join('; ')],
      ['  Decision', confirmationOf(verdict, operators)],
    ]),
  ];
}

/** "confirmed by NAME": a name that only the report gives stands beside the address that was signed. */
export function confirmationOf(
  { claims, entry }: Pick<EntryVerdict, 'claims' | 'entry'>,
  operators: readonly OperatorVerdict[],
): string {
  if (claims === undefined) return text.assurance_stated;
  const operator = operators.find(({ origin }) => origin === gatewayOf(entry));
  const isKnown = operator?.trust === 'known';
  const office = isKnown
    ? operator.legalName
    : `${gatewayOf(entry) ?? ''} (which the report calls “${operator?.legalName ?? '?'}”)`;
  return fill(wordFor(text, 'assurance', claims.assurance) ?? claims.assurance, { office });
}

/** The gateways, and how their keys are known. */
export function describeOperators(operators: readonly OperatorVerdict[]): readonly Line[] {
  return operators.flatMap(({ legalName, origin, contact, fingerprint, trust, isContradicted }) => [
    strong(`${text.office}: ${legalName} (${origin}), ${contact}`),
    ...(isContradicted ? [bad(`  ${text.trust_contradicted}`)] : []),
    `  ${text[`trust_${trust}`]}`,
    `  ${text.fingerprint}:`,
    `  ${fingerprint}`,
  ]);
}

/** For programs. */
export function reportJson(verdict: ReportVerdict): Readonly<Record<string, unknown>> {
  const { report, seal, operators, entries, conclusion } = verdict;
  return {
    conclusion,
    report: { id: report.id, asOf: report.as_of, madeAt: report.made_at, subject: report.subject },
    seal,
    operators,
    registrations: entries.map(({ entry, code, claims, refusal }) => ({
      registration: entry.registration,
      label: entry.label,
      gateway: gatewayOf(entry) ?? null,
      verdict: code,
      assurance: claims?.assurance ?? null,
      endpoints: claims?.endpoints ?? (entry.kind === 'case' ? entry.endpoints : []),
      refusal: refusal?.code ?? null,
    })),
  };
}
