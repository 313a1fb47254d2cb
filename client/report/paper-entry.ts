import { gatewayOf } from '#shared/report/report-schema.ts';
import {
  labelOf,
  momentText,
  wordFor,
  type ReportLanguage,
  type ReportText,
  reportText,
} from '#shared/report/text/index.ts';
import type { EntryVerdict, OperatorVerdict, VerdictCode } from '#shared/report/verdict.ts';
import { html, named, sentence, technical, type Markup } from './markup.ts';

interface EntryContext {
  readonly language: ReportLanguage;
  readonly operators: readonly OperatorVerdict[];
}

/** One registration, whole. */
export function entrySection(verdict: EntryVerdict, number: number, context: EntryContext): Markup {
  const text = reportText[context.language];
  const { entry, code } = verdict;
  return html`<section class="entry">
    <h3>
      <span>${technical(String(number))} · ${named(entry.label)}</span>
      <span class="${code === 'stands' ? 'verdict' : 'verdict open'}">${verdictWord(text, code)}</span>
    </h3>
    <p class="faint">${wordFor(text, 'meaning', code) ?? ''}</p>
    <table>
      ${factsOf(verdict, context, text).map(
        ([name, value]) =>
          html`<tr>
            <th>${name}</th>
            <td>${value}</td>
          </tr>`,
      )}
    </table>
  </section>`;
}

/** One registration in a long list. */
export function entryRow(verdict: EntryVerdict, number: number, context: EntryContext): Markup {
  const text = reportText[context.language];
  const { entry, code } = verdict;
  const servers = serversOf(verdict).map(({ host, port }) => html`${technical(`${host}:${port}`)} `);
  return html`<tr>
    <td>${technical(String(number))}</td>
    <td>${named(entry.label)}<br />${technical(entry.registration)}</td>
    <td>${servers}</td>
    <td>${confirmation(verdict, context, text)}</td>
    <td>${verdictWord(text, code)}</td>
  </tr>`;
}

export function serversOf({ entry, claims }: EntryVerdict) {
  return claims?.endpoints ?? (entry.kind === 'case' ? entry.endpoints : []);
}

function verdictWord(text: ReportText, code: VerdictCode): string {
  return wordFor(text, 'verdict', code) ?? code;
}

type Fact = readonly [name: string, value: Markup];

function factsOf(verdict: EntryVerdict, context: EntryContext, text: ReportText): readonly Fact[] {
  const { entry } = verdict;
  return [
    [text.registration, technical(entry.registration)],
    [text.servers, html`${serversOf(verdict).map((server) => serverLine(server, text))}`],
    [text.assurance, confirmation(verdict, context, text)],
    ...decisionFacts(verdict, text),
    ...(entry.details.length === 0
      ? []
      : [[text.details, html`${detailLines(verdict, context.language, text)}`] as const]),
    ...(entry.states.length === 0 ? [] : [[text.states, html`${stateLines(verdict, text)}`] as const]),
  ];
}

function serverLine(
  { host, port, public_key: key }: ReturnType<typeof serversOf>[number],
  text: ReportText,
): Markup {
  return html`<div>
    ${technical(`${host.includes(':') ? `[${host}]` : host}:${port}`)}<br /><span class="faint"
      >${text.key} ${technical(key)}</span
    >
  </div>`;
}

/** "confirmed by NAME", or that nobody has. */
function confirmation(
  { claims, entry }: EntryVerdict,
  { operators }: EntryContext,
  text: ReportText,
): Markup {
  if (claims === undefined) return sentence(text.assurance_stated);
  const words = wordFor(text, 'assurance', claims.assurance) ?? claims.assurance;
  const operator = operators.find(({ origin }) => origin === gatewayOf(entry));
  return sentence(words, { office: operator?.legalName ?? gatewayOf(entry) ?? '' });
}

function decisionFacts({ claims }: EntryVerdict, text: ReportText): readonly Fact[] {
  if (claims === undefined) return [];
  const { authority, decided_at: decidedAt, route, category, valid_until: validUntil } = claims.decision;
  const day = momentText(decidedAt).slice(0, 10);
  const times = { from: momentText(claims.nbf), to: momentText(claims.exp) };
  return [
    [text.decision, sentence(text.decision_value, { authority, day, route, category })],
    ...(validUntil === undefined ? [] : [[text.valid_until, technical(momentText(validUntil))] as const]),
    [text.certificate_times, sentence(text.from_to, times)],
  ];
}

function detailLines({ entry }: EntryVerdict, language: ReportLanguage, text: ReportText): readonly Markup[] {
  return entry.details.map((detail) => {
    const { value, masked } = detail;
    const note = masked ? html` <span class="faint">(${text.masked})</span>` : '';
    const told = masked || /^[\x20-\x7e]*$/.test(value) ? technical(value) : named(value);
    return html`<div>${named(labelOf(detail, language))}: ${told}${note}</div>`;
  });
}

function stateLines({ entry }: EntryVerdict, text: ReportText): readonly Markup[] {
  return entry.states.map(
    ({ state, at }) =>
      html`<div>${technical(momentText(at))} ${wordFor(text, 'state', state) ?? state}</div>`,
  );
}
