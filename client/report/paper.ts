import { encodeQR } from 'qr';
import { grouped, paperCodeText } from '#shared/report/paper-code.ts';
import {
  directionOf,
  momentText,
  reportText,
  type ReportLanguage,
  type ReportText,
} from '#shared/report/text/index.ts';
import { countOf, type OperatorVerdict, type ReportVerdict } from '#shared/report/verdict.ts';
import { html, named, ours, sentence, technical, type Markup } from './markup.ts';
import { entryRow, entrySection, serversOf } from './paper-entry.ts';
import { paperStyle } from './paper-style.ts';

export interface PaperOptions {
  readonly verdict: ReportVerdict;
  readonly language: ReportLanguage;
  /** The data file's own name, without folders. */
  readonly file: string;
  /** Of the data file, in hex. */
  readonly sha256: string;
}

/** Beyond that a page for each would be a book: then they stand in one table. */
const MAX_WHOLE_ENTRIES = 60;
/** Nothing is fetched and nothing runs, also where the page itself is opened in a browser. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:";

/** The report as a page for paper, whole: style, typeface and code are in it. */
export async function reportPaper(options: PaperOptions): Promise<string> {
  const { language } = options;
  const text = reportText[language];
  const body = paperBody(options, text);
  const style = ours(`<style>${await paperStyle(language, body.markup)}</style>`);
  const page = html`<!doctype html>
    <html lang="${language}" dir="${directionOf(language)}">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width" />
        <title>${text.title}</title>
        ${style}
      </head>
      ${body}
    </html>`;
  return page.markup;
}

function paperBody(options: PaperOptions, text: ReportText): Markup {
  const { verdict } = options;
  return html`<body>
    <h1>${text.title}</h1>
    <div class="notice"><strong>${text.not_by_authority}</strong>${text.not_by_authority_more}</div>
    <div class="head">${facts(options, text)}${code(options)}</div>
    <h2>${text.summary}</h2>
    ${summary(verdict, text)}
    <h2>${text.page_show}</h2>
    ${entries(options, text)}
    <h2>${text.offices}</h2>
    ${verdict.operators.map((operator) => office(operator, text))}
    <h2>${text.how_to_check}</h2>
    ${howToCheck(options, text)}
    <h2>${text.limits}</h2>
    ${list([text.limits_1, text.limits_2, text.limits_3].map((words) => sentence(words)))}
  </body>`;
}

function facts({ verdict, file, sha256 }: PaperOptions, text: ReportText): Markup {
  const { report } = verdict;
  return rows([
    [text.subject, report.subject === null ? html`${text.subject_unstated}` : named(report.subject)],
    [text.as_of, html`<strong>${technical(momentText(report.as_of))}</strong>`],
    [
      text.made_at,
      html`${technical(momentText(report.made_at))}, ${sentence(text.made_with, { program: report.made_by })}`,
    ],
    [text.report_id, technical(report.id)],
    [text.file, technical(file)],
    [text.sha256, technical(grouped(sha256))],
  ]);
}

/** Medium correction: a creased or badly copied paper is still read. */
function code({ verdict, file, sha256 }: PaperOptions): Markup {
  const content = paperCodeText({ report: verdict.report.id, file, sha256 });
  const picture = encodeQR(content, 'svg', { ecc: 'medium', border: 4 });
  return html`<div class="code">${ours(picture)}</div>`;
}

function summary(verdict: ReportVerdict, text: ReportText): Markup {
  const { entries } = verdict;
  const servers = new Set(entries.flatMap(serversOf).map((server) => JSON.stringify(server)));
  const codes = [...new Set(entries.map(({ code }) => code))];
  return rows([
    [text.count_entries, technical(String(entries.length))],
    [text.count_servers, technical(String(servers.size))],
    ...codes.map((code) => [text[`verdict_${code}`], technical(String(countOf(verdict, code)))] as const),
    [text.seal, html`${text[`seal_${verdict.seal}`]}`],
  ]);
}

function entries({ verdict, language }: PaperOptions, text: ReportText): Markup {
  const context = { language, operators: verdict.operators };
  if (verdict.entries.length === 0) return html`<p>${text.standing_none}</p>`;
  if (verdict.entries.length <= MAX_WHOLE_ENTRIES) {
    return html`${verdict.entries.map((entry, index) => entrySection(entry, index + 1, context))}`;
  }
  return html`<table class="list">
    <thead>
      <tr>
        <th></th>
        <th>${text.registration}</th>
        <th>${text.servers}</th>
        <th>${text.assurance}</th>
        <th>${text.status}</th>
      </tr>
    </thead>
    ${verdict.entries.map((entry, index) => entryRow(entry, index + 1, context))}
  </table>`;
}

function office(operator: OperatorVerdict, text: ReportText): Markup {
  return html`<section class="entry">
    <h3>${named(operator.legalName)}</h3>
    ${rows([
      [text.address, technical(operator.origin)],
      [text.contact, named(operator.contact)],
      [text.fingerprint, technical(operator.fingerprint)],
    ])}
  </section>`;
}

function howToCheck({ file }: PaperOptions, text: ReportText): Markup {
  return list([
    sentence(text.how_to_check_1, { file }),
    sentence(text.how_to_check_2, { command: `sanad report verify ${file}` }),
    sentence(text.how_to_check_3),
  ]);
}

function list(items: readonly Markup[]): Markup {
  return html`<ul>
    ${items.map((item) => html`<li>${item}</li>`)}
  </ul>`;
}

function rows(facts: readonly (readonly [name: string, value: Markup])[]): Markup {
  const lines = facts.map(
    ([name, value]) =>
      html`<tr>
        <th>${name}</th>
        <td>${value}</td>
      </tr>`,
  );
  return html`<table>
    ${lines}
  </table>`;
}
