import { gatewayOf } from '#shared/report/report-schema.ts';
import { grouped } from '#shared/report/paper-code.ts';
import {
  fill,
  labelOf,
  momentText,
  wordFor,
  type ReportLanguage,
  type ReportText,
} from '#shared/report/text/index.ts';
import {
  countOf,
  type EntryVerdict,
  type OperatorVerdict,
  type ReportVerdict,
} from '#shared/report/verdict.ts';
import { element, facts, named, sentence, technical, type Child, type Fact } from './draw.ts';

/** More than a person looks through; all are checked and counted. */
const MAX_DRAWN = 200;

interface Drawing {
  readonly language: ReportLanguage;
  readonly text: ReportText;
  readonly verdict: ReportVerdict;
  /** Of the file, in hex. */
  readonly sha256: string;
}

/** The conclusion first, in one word and a colour and a sign: no one of them alone. */
export function drawConclusion({ text, verdict }: Drawing): HTMLElement {
  const { conclusion } = verdict;
  const sign = { genuine: '✓', compare_keys: '?', incomplete: '!', not_genuine: '✕' }[conclusion];
  const count = countOf(verdict, 'stands');
  const all = verdict.entries.length;
  const standing = count === all ? text.standing_all : text.standing_some;
  const numbers = { count: String(count), all: String(all) };
  // What is not genuine is not told any further.
  const more =
    conclusion === 'not_genuine' ? [] : sentence(all === 0 ? text.standing_none : standing, numbers);
  return element(
    'section',
    { class: `conclusion ${conclusion}`, role: 'status', id: 'conclusion' },
    element(
      'h2',
      {},
      element('span', { class: 'sign', 'aria-hidden': 'true' }, sign),
      text[`conclusion_${conclusion}`],
    ),
    element('p', {}, text[`conclusion_${conclusion}_more`]),
    element('p', {}, ...more),
  );
}

export function drawReport({ text, verdict, sha256 }: Drawing): HTMLElement {
  const { report, seal } = verdict;
  return element(
    'section',
    {},
    element('p', { class: 'notice' }, element('strong', {}, text.not_by_authority)),
    facts([
      [text.subject, report.subject === null ? text.subject_unstated : named(report.subject)],
      [text.as_of, technical(momentText(report.as_of))],
      [
        text.made_at,
        technical(momentText(report.made_at)),
        ' ',
        ...sentence(text.made_with, { program: report.made_by }),
      ],
      [text.report_id, technical(report.id)],
      [text.seal, text[`seal_${seal}`]],
      [text.sha256, technical(grouped(sha256))],
    ]),
  );
}

export function drawOperators({ text, verdict }: Drawing): HTMLElement {
  const offices = verdict.operators.map((operator) =>
    element(
      'div',
      { class: 'card' },
      element('h3', {}, named(operator.legalName)),
      element('p', { class: trustClass(operator) }, trustWords(operator, text)),
      facts([
        [text.address, technical(operator.origin)],
        [text.contact, named(operator.contact)],
        [text.fingerprint, technical(operator.fingerprint)],
      ]),
    ),
  );
  return element('section', {}, element('h2', {}, text.offices), ...offices);
}

function trustClass({ trust, isContradicted }: OperatorVerdict): string {
  return isContradicted || trust === 'brought' ? 'open' : 'good';
}

function trustWords({ trust, isContradicted }: OperatorVerdict, text: ReportText): string {
  return isContradicted ? text.trust_contradicted : text[`trust_${trust}`];
}

/** What does not stand first: that is what a reader has to see. */
export function drawEntries({ text, verdict, language }: Drawing): HTMLElement {
  const { entries, operators } = verdict;
  const sorted = entries.toSorted((a, b) => Number(a.code === 'stands') - Number(b.code === 'stands'));
  const cards = sorted.slice(0, MAX_DRAWN).map((entry) => drawEntry(entry, { operators, text, language }));
  const left = sorted.length - cards.length;
  const more = left > 0 ? [element('p', {}, ...sentence(text.page_more, { count: String(left) }))] : [];
  return element('section', {}, element('h2', {}, text.page_show), ...cards, ...more);
}

function drawEntry(
  verdict: EntryVerdict,
  {
    operators,
    text,
    language,
  }: Pick<Drawing, 'text' | 'language'> & { readonly operators: readonly OperatorVerdict[] },
): HTMLElement {
  const { entry, code } = verdict;
  const badge = element('span', { class: `badge ${code}` }, wordFor(text, 'verdict', code) ?? code);
  return element(
    'div',
    { class: 'card' },
    element('h3', {}, named(entry.label), ' ', badge),
    element('p', {}, wordFor(text, 'meaning', code) ?? ''),
    facts([
      [text.registration, technical(entry.registration)],
      [text.servers, ...serverLines(verdict)],
      [text.assurance, ...confirmation(verdict, operators, text)],
      ...decisionFacts(verdict, text),
      ...detailFacts(verdict, { text, language }),
    ]),
  );
}

function serverLines({ entry, claims }: EntryVerdict): Child[] {
  const servers = claims?.endpoints ?? (entry.kind === 'case' ? entry.endpoints : []);
  return servers.map(({ host, port, public_key: key }) =>
    element(
      'div',
      {},
      technical(`${host.includes(':') ? `[${host}]` : host}:${port}`),
      ' ',
      element('small', {}, technical(key)),
    ),
  );
}

/** A name that only the report gives stands beside the address that was signed. */
function confirmation(
  { claims, entry }: EntryVerdict,
  operators: readonly OperatorVerdict[],
  text: ReportText,
): Child[] {
  if (claims === undefined) return [text.assurance_stated];
  const operator = operators.find(({ origin }) => origin === gatewayOf(entry));
  const office =
    operator?.trust === 'known'
      ? operator.legalName
      : `${operator?.legalName ?? '?'} (${gatewayOf(entry) ?? ''})`;
  return sentence(wordFor(text, 'assurance', claims.assurance) ?? claims.assurance, { office });
}

function decisionFacts({ claims }: EntryVerdict, text: ReportText): Fact[] {
  if (claims === undefined) return [];
  const { authority, decided_at: decidedAt, route, category } = claims.decision;
  const day = momentText(decidedAt).slice(0, 10);
  const times = { from: momentText(claims.nbf), to: momentText(claims.exp) };
  return [
    [text.decision, ...sentence(text.decision_value, { authority, day, route, category })],
    [text.certificate_times, ...sentence(text.from_to, times)],
  ];
}

function detailFacts(
  { entry }: EntryVerdict,
  { text, language }: Pick<Drawing, 'text' | 'language'>,
): Fact[] {
  const details = entry.details.map((detail) =>
    element('div', {}, named(labelOf(detail, language)), ': ', named(detail.value)),
  );
  const states = entry.states.map(({ state, at }) =>
    element('div', {}, technical(momentText(at)), ' ', wordFor(text, 'state', state) ?? state),
  );
  return [
    ...(details.length === 0 ? [] : [[text.details, ...details] as const]),
    ...(states.length === 0 ? [] : [[text.states, ...states] as const]),
  ];
}

/** While it is checked. */
export function drawProgress(text: ReportText, count: number, all: string): HTMLElement {
  return element(
    'p',
    { role: 'status', class: 'progress' },
    fill(text.page_checking, { count: String(count), all }),
  );
}
