import type { ProfileText } from '../registration/authority-profile/profile-schema.ts';
import type { AuthorityProfile } from '../registration/authority-profile/read-profile.ts';
import { shownValue } from '../registration/interview/shown-value.ts';
import { html, lines, ltr, ownDirection, type Html } from '../print/html.ts';
import type { PageLines } from '../print/style.ts';
import { dossierMessages } from '../text/dossier/index.ts';
import { inLanguage, type Language } from '../text/language.ts';
import { say, type MessageValues } from '../text/say.ts';
import type { Dossier } from './dossier-schema.ts';
import { utcDay } from '../text/utc-day.ts';

export interface DossierPageParts {
  readonly dossier: Dossier;
  /** That it was made by: it has the words of the language. */
  readonly profile: AuthorityProfile;
  readonly language: Language;
  /** JPEG as base64, by row of the dossier; what is no picture has none. */
  readonly pictures: readonly (string | undefined)[];
}

/** What stands in the margins of every page. */
export function dossierLines({
  profile,
  language,
}: Pick<DossierPageParts, 'profile' | 'language'>): PageLines {
  const said = speaker(language);
  const authority = inLanguage(profile.document.authority.name, language);
  // The numbers are put in by the browser, which alone knows how many pages there are.
  const [before = '', between = '', after = ''] = said('page', { page: '\uE000', pages: '\uE000' })
    .replace(/[\u2068\u2069]/g, '')
    .split('\uE000');
  return { notice: said('notice'), head: `${said('title')}: ${authority}`, page: [before, between, after] };
}

/** The dossier as a page of Sanad's own, to be put into `renderPage`. */
export function dossierBody(parts: DossierPageParts): Html {
  const { dossier, language, profile } = parts;
  const said = speaker(language);
  const text = (words: ProfileText) => inLanguage(words, language);
  const { document: rules } = profile;
  return html`<h1>${said('title')}</h1>
    <p>
      ${said('addressed', { authority: text(rules.authority.name) })}<br /><span class="quiet small"
        >${said('notice')}</span
      >
    </p>
    ${section(said('application'), applicationRows(parts))}
    ${dossier.form.length === 0 ? undefined : section(said('form'), formRows(parts))} ${furtherAnswers(parts)}
    ${servers(parts)} ${documentTable(parts)}
    <section class="together">
      <h2>${said('declaration')}</h2>
      <p>${lines(text(rules.declaration))}</p>
      <div class="signature">
        <div>${said('name')}</div>
        <div>${said('date')}</div>
        <div>${said('signature')}</div>
      </div>
    </section>
    <section>
      <h2>${said('sources')}</h2>
      <ul class="small tight">
        ${sourceItems(parts)}
      </ul>
    </section>
    ${figures(parts)}`;
}

type Row = readonly [label: Html | string, value: Html | string];

function speaker(language: Language) {
  return (message: keyof typeof dossierMessages.en, values: MessageValues = {}): string =>
    say(dossierMessages, language, { message, values });
}

function section(heading: string, rows: readonly Row[]): Html {
  const cells = rows.map(
    ([label, value]) =>
      html`<tr>
        <th scope="row">${label}</th>
        <td>${value}</td>
      </tr>`,
  );
  return html`<section>
    <h2>${heading}</h2>
    <table>
      <tbody>
        ${cells}
      </tbody>
    </table>
  </section>`;
}

function applicationRows({ dossier, profile, language }: DossierPageParts): readonly Row[] {
  const said = speaker(language);
  const { document: rules } = profile;
  const { portal } = rules;
  const name = (list: readonly { readonly id: string; readonly name: ProfileText }[], id: string) =>
    inLanguage(list.find((one) => one.id === id)?.name ?? {}, language);
  const { reference, maintainer } = dossier.profile;
  const place: readonly Row[] =
    portal === null
      ? []
      : [[said('portal'), html`${inLanguage(portal.name, language)}<br />${ltr(portal.url)}`]];
  return [
    ...place,
    [said('category'), name(rules.categories, dossier.category.id)],
    [said('route'), name(rules.routes, dossier.route.id)],
    ...feeRows(dossier, { profile, language }),
    [said('prepared'), ltr(utcDay(dossier.made_at))],
    [said('rules'), said('rules_value', { reference, maintainer })],
  ];
}

function feeRows(
  { fee, category }: Dossier,
  { profile, language }: Pick<DossierPageParts, 'profile' | 'language'>,
): readonly Row[] {
  const notice = profile.document.categories.find(({ id }) => id === category.id)?.fee?.notice;
  if (fee === null || notice === undefined) return [];
  return [[speaker(language)('fee'), inLanguage(notice, language)]];
}

/** Labels as the portal has them, whatever the language: they are looked for there. */
function formRows({ dossier, language }: DossierPageParts): readonly Row[] {
  const missing = html`<span class="quiet">${speaker(language)('not_given')}</span>`;
  return dossier.form.map(({ label, value }) => [ltr(label), value === null ? missing : lines(value)]);
}

function furtherAnswers(parts: DossierPageParts): Html | undefined {
  const { dossier, profile, language } = parts;
  const asked = new Set(dossier.form.map(({ field }) => field));
  const rows = dossier.answers
    .filter(({ field }) => !asked.has(field))
    .map(({ field, label, value }): Row => {
      const rules = profile.fields.find((one) => one.field.id === field)?.field;
      if (rules === undefined) return [label, lines(value)];
      const shown = shownValue(rules, value, language);
      return [
        inLanguage(rules.label, language),
        rules.kind === 'addresses' || rules.kind === 'date' || rules.kind === 'identifier'
          ? ltr(shown)
          : lines(shown),
      ];
    });
  if (rows.length === 0) return undefined;
  return section(speaker(language)(dossier.form.length > 0 ? 'further' : 'answers'), rows);
}

function servers({ dossier, profile, language }: DossierPageParts): Html | undefined {
  if (dossier.endpoints.length === 0) return undefined;
  const said = speaker(language);
  const rows = dossier.endpoints.map(({ host, port, public_key: key }, index): Row => [
    said('server', { number: index + 1 }),
    html`${said('server_value', { host, port: String(port) })}${key === undefined ? undefined : html`<br />${said('public_key')} ${ltr(key)}`}`,
  ]);
  const note = inLanguage(profile.document.endpoint.note, language);
  return html`${section(said('servers'), rows)}
    <p class="quiet small">${note}</p>`;
}

function documentTable({ dossier, profile, language }: DossierPageParts): Html {
  const said = speaker(language);
  if (dossier.documents.length === 0) {
    return html`<section>
      <h2>${said('documents')}</h2>
      <p>${said('no_documents')}</p>
    </section>`;
  }
  const rows = dossier.documents.map(({ kind, file, size, sha256 }, index) => {
    const label = documentLabel(profile, kind, language);
    return html`<tr>
      <td>${index + 1}. ${label}</td>
      <td>${ltr(file)}</td>
      <td>${ltr(`${Math.max(1, Math.round(size / 1024))} KB`)}</td>
      <td class="code">${ltr(sha256)}</td>
    </tr>`;
  });
  return html`<section>
    <h2>${said('documents')}</h2>
    <p class="quiet small">${said('documents_note')}</p>
    <table class="columns">
      <thead>
        <tr>
          <th>${said('document')}</th>
          <th>${said('attachment')}</th>
          <th>${said('size')}</th>
          <th>${said('digest')}</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </section>`;
}

function documentLabel({ document: rules }: AuthorityProfile, kind: string, language: Language): string {
  return inLanguage(rules.documents.find(({ id }) => id === kind)?.label ?? { en: kind }, language);
}

function sourceItems({ profile, language }: DossierPageParts): readonly Html[] {
  const said = speaker(language);
  return profile.document.sources.map(
    ({ title, url, verified }) =>
      html`<li>
        ${ownDirection(inLanguage(title, language))}, ${said('source_value', { verified })}<br />${ltr(url)}
      </li>`,
  );
}

function figures({ dossier, profile, language, pictures }: DossierPageParts): readonly Html[] {
  const said = speaker(language);
  return dossier.documents.flatMap(({ kind, file, sha256 }, index) => {
    const picture = pictures[index];
    if (picture === undefined) return [];
    const label = documentLabel(profile, kind, language);
    const title = said('document_page', { number: index + 1, label });
    return [
      html`<figure>
        <h2>${title}</h2>
        <img alt="${title}" src="data:image/jpeg;base64,${picture}" />
        <figcaption class="code quiet">${ltr(`${file} · SHA-256 ${sha256}`)}</figcaption>
      </figure>`,
    ];
  });
}
