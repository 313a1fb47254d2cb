import { html, ltr, type Html } from '../print/html.ts';
import type { PageLines } from '../print/style.ts';
import { applies } from '../registration/authority-profile/evaluate.ts';
import type {
  ProfileCategory,
  ProfileCondition,
  ProfileEvidence,
  ProfileRoute,
} from '../registration/authority-profile/profile-schema.ts';
import type { AuthorityProfile } from '../registration/authority-profile/read-profile.ts';
import { guideMessages } from '../text/guide/index.ts';
import { inLanguage, type Language } from '../text/language.ts';
import { say, type MessageValues } from '../text/say.ts';

interface GuideParts {
  readonly profile: AuthorityProfile;
  readonly category: ProfileCategory;
  readonly language: Language;
}

export function guideLines({ profile, category, language }: GuideParts): PageLines {
  const title = said(language, 'title', { category: inLanguage(category.name, language) });
  const { reference } = profile;
  return { notice: said(language, 'notice'), head: title, page: [`${reference} · `, ' / ', ''] };
}

/** All that a person of this kind has to know, on one page of A4. */
export function guideBody(parts: GuideParts): Html {
  const { profile, category, language } = parts;
  const { document: rules } = profile;
  const text = (words: Readonly<Record<string, string>>) => inLanguage(words, language);
  return html`<div class="guide">
    <h1>${said(language, 'title', { category: text(category.name) })}</h1>
    <p>
      ${said(language, 'to', { authority: text(rules.authority.name) })}<br /><span class="quiet"
        >${text(category.summary)}</span
      >
    </p>
    <h2>${said(language, 'ways')}</h2>
    <ul class="plain">
      ${routesOf(parts).map((route) => html`<li><b>${text(route.name)}</b>. ${text(route.summary)}</li>`)}
    </ul>
    <div class="halves">
      <section>
        <h2>${said(language, 'need')}</h2>
        <ul class="boxes">
          ${needs(parts)}
        </ul>
      </section>
      <section>
        <h2>${said(language, 'documents')}</h2>
        <ul class="boxes">
          ${papers(parts)}
        </ul>
        <p class="quiet small">${formats(parts)}</p>
      </section>
    </div>
    <h2>${said(language, 'steps')}</h2>
    <ol>
      ${rules.procedure.map(({ label, help }) => html`<li><b>${text(label)}</b>${help === undefined ? undefined : html`. ${text(help)}`}</li>`)}
    </ol>
    <div class="thirds">
      <section>
        <h3>${said(language, 'time')}</h3>
        <p>${time(parts)}</p>
      </section>
      <section>
        <h3>${said(language, 'fee')}</h3>
        <p>${category.fee === undefined ? said(language, 'fee_none') : text(category.fee.notice)}</p>
      </section>
      <section>
        <h3>${said(language, 'validity')}</h3>
        <p>${validity(parts)}</p>
      </section>
    </div>
    <p class="quiet small origin">${origin(parts)}</p>
  </div>`;
}

function said(
  language: Language,
  message: keyof typeof guideMessages.en,
  values: MessageValues = {},
): string {
  return say(guideMessages, language, { message, values });
}

function routesOf({ profile, category }: GuideParts): readonly ProfileRoute[] {
  return profile.document.routes.filter(({ id }) => category.routes.includes(id));
}

/** The ways on which something applies to the category; undefined: none of them. */
function waysOf(parts: GuideParts, when: ProfileCondition | undefined): readonly ProfileRoute[] {
  const category = parts.category.id;
  // What depends on an answer may come: it is said.
  const { field: _answer, ...fixed } = when ?? {};
  return routesOf(parts).filter(({ id: route }) => applies(fixed, { route, category, fields: {} }));
}

/** Said only where it is not all of them, by the names that the ways have above. */
function onlyFor(parts: GuideParts, ways: readonly ProfileRoute[]): Html | undefined {
  if (ways.length === routesOf(parts).length) return undefined;
  return html` ${ltr(`(${ways.map(({ id }) => id).join(', ')})`)}`;
}

function needs(parts: GuideParts): readonly Html[] {
  const { profile, language } = parts;
  return profile.document.fields.flatMap((field) => {
    const ways = waysOf(parts, field.when);
    const isAsked = field.level === 'required' && (field.stage ?? 'application') === 'application';
    // What has a default is filled in by itself.
    if (!isAsked || field.default !== undefined || ways.length === 0) return [];
    return [
      html`<li>${inLanguage(field.label, language)}<span class="quiet">${onlyFor(parts, ways)}</span></li>`,
    ];
  });
}

function papers(parts: GuideParts): readonly Html[] {
  const { documents } = parts.profile.document;
  const asked = documents.filter(({ when }) => waysOf(parts, when).length > 0);
  const groups = new Map<string, ProfileEvidence[]>();
  for (const one of asked) {
    const key = one.group ?? `:${one.id}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => paper(parts, group));
}

function paper(parts: GuideParts, group: readonly ProfileEvidence[]): readonly Html[] {
  const { language } = parts;
  const [first] = group;
  if (first === undefined || first.level === 'optional') return [];
  const labels = group.map(({ label }) => inLanguage(label, language));
  const names =
    labels.length === 1 ? (labels[0] ?? '') : said(language, 'one_of', { documents: labels.join(' / ') });
  const note = first.level === 'warn' ? ` (${said(language, 'recommended')})` : '';
  return [
    html`<li>${names}<span class="quiet">${note}${onlyFor(parts, waysOf(parts, first.when))}</span></li>`,
  ];
}

function formats(parts: GuideParts): string {
  const sizes = parts.profile.document.documents.map(({ max_bytes: bytes }) => bytes);
  const size = Math.floor(Math.min(...sizes) / (1024 * 1024));
  return size < 1 || sizes.length === 0 ? '' : said(parts.language, 'formats', { size });
}

function time({ profile, language }: GuideParts): string {
  const { decision_time: time } = profile.document;
  if (time === null) return said(language, 'time_unknown');
  const { unit, least, most, note } = time;
  // The note says it in the authority's own terms.
  return note === undefined ? said(language, unit, { least, most }) : inLanguage(note, language);
}

function validity({ profile, language }: GuideParts): string {
  const { validity: published } = profile.document;
  return published === null
    ? said(language, 'validity_none')
    : said(language, 'validity_days', { days: published.days });
}

function origin({ profile, category, language }: GuideParts): string {
  const { document: rules, reference } = profile;
  const { name: maintainer, contact } = rules.maintainer;
  const used = new Set([category.fee?.source, rules.decision_time?.source, rules.validity?.source]);
  const first = rules.sources[0];
  const sources = rules.sources.filter((source) => source === first || used.has(source.id));
  const read = sources.map(({ title, verified }) =>
    said(language, 'source', { title: inLanguage(title, language), verified }),
  );
  return `${said(language, 'rules', { reference, maintainer, contact })} ${said(language, 'sources', { sources: read.join('; ') })}`;
}
