import type { DocumentContentType } from '../contract/registration-contract.ts';
import {
  evaluateProfile,
  isAcceptable,
  type Application,
  type ProfileVerdict,
} from '../registration/authority-profile/evaluate.ts';
import type { ProfileText } from '../registration/authority-profile/profile-schema.ts';
import type { AuthorityProfile } from '../registration/authority-profile/read-profile.ts';
import { shownValue } from '../registration/interview/shown-value.ts';
import { dossierMessages } from '../text/dossier/index.ts';
import { inLanguage } from '../text/language.ts';
import { dossierError } from './dossier-problem.ts';
import { DOSSIER_VERSION, type Dossier } from './dossier-schema.ts';

/** A document as it was read. */
export interface DossierDocumentFacts {
  readonly kind: string;
  readonly contentType: DocumentContentType;
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

export interface DossierEndpoint {
  readonly host: string;
  readonly port: number;
  readonly publicKey: string;
}

export interface DossierParts {
  readonly profile: AuthorityProfile;
  readonly application: Pick<Application, 'route' | 'category' | 'fields'>;
  readonly documents: readonly DossierDocumentFacts[];
  /** Of the tunnel; left out where this authority does not ask for them. */
  readonly endpoints: readonly DossierEndpoint[];
  /** Seconds since the epoch. */
  readonly now: number;
}

/**
 * All that the authority asks for, and nothing else. Throws a SanadError: `dossier_incomplete`, naming what is missing.
 */
export function composeDossier(parts: DossierParts): Dossier {
  const { profile, application, documents, now } = parts;
  const { document: rules } = profile;
  const verdict = evaluateProfile(profile, { ...application, documents: countsOf(documents) });
  requireComplete(profile, verdict);
  const { route, category } = application;
  const endpoints = askedEndpoints(parts);
  return {
    ...{ format: 'sanad-dossier', version: DOSSIER_VERSION, notice: dossierMessages.en.notice, made_at: now },
    authority: { id: rules.authority.id, name: english(rules.authority.name) },
    portal: rules.portal === null ? null : { name: english(rules.portal.name), url: rules.portal.url },
    profile: {
      reference: profile.reference,
      maintainer: rules.maintainer.name,
      sources: rules.sources.map(({ title, url, verified }) => ({ title: english(title), url, verified })),
    },
    route: { id: route, name: english(named(rules.routes, route)) },
    category: { id: category, name: english(named(rules.categories, category)) },
    form: formOf(profile, { verdict, endpoints: parts.endpoints }),
    answers: answersOf(profile, verdict),
    endpoints,
    endpoint_note: endpoints.length === 0 ? null : english(rules.endpoint.note),
    documents: documents.map((one, index) => documentRow(profile, one, index)),
    fee: verdict.fee === undefined ? null : english(verdict.fee),
    declaration: english(rules.declaration),
  };
}

/** Its name among the attachments; the applicant's own file name stays on this computer. */
export function attachmentName(kind: string, contentType: DocumentContentType, index: number): string {
  return `${String(index + 1).padStart(2, '0')}-${kind}.${extensions[contentType]}`;
}

const extensions = { 'application/pdf': 'pdf', 'image/jpeg': 'jpg', 'image/png': 'png' } as const;

function requireComplete(profile: AuthorityProfile, verdict: ProfileVerdict): void {
  if (isAcceptable({ ...verdict, unasked: [] }, { documents: true })) return;
  const wrong = verdict.fields.filter(({ state }) => state === 'wrong').map(({ field }) => field);
  const fields = [...verdict.missing.fields, ...wrong].map((id) => fieldLabel(profile, id));
  const documents = verdict.missing.documents.map((id) => documentLabel(profile, id));
  const all = verdict.choice === 'good' ? [...fields, ...documents] : [verdict.choice];
  throw dossierError('dossier_incomplete', all.join('; '));
}

function countsOf(documents: readonly DossierDocumentFacts[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { kind } of documents) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return Object.fromEntries(counts);
}

/** The portal's own form may ask for a server's address although the rules say nothing of it, and the other way round. */
function askedEndpoints({ profile: { document: rules }, endpoints }: DossierParts): Dossier['endpoints'] {
  const asked = rules.portal?.form.map(({ field }) => field) ?? [];
  const isAsked = rules.endpoint.needed || asked.some((field) => Object.hasOwn(endpointParts, field));
  if (!isAsked) return [];
  const withKey = asked.includes('endpoint_public_key');
  return endpoints.map(({ host, port, publicKey }) => ({
    ...{ host, port },
    ...(withKey ? { public_key: publicKey } : {}),
  }));
}

const endpointParts: Readonly<Record<string, (endpoint: DossierEndpoint) => string>> = {
  endpoint_host: ({ host }) => host,
  endpoint_port: ({ port }) => String(port),
  endpoint_public_key: ({ publicKey }) => publicKey,
};

function formOf(
  { document: rules, fields }: AuthorityProfile,
  given: { readonly verdict: ProfileVerdict; readonly endpoints: readonly DossierEndpoint[] },
): Dossier['form'] {
  const applying = new Set(given.verdict.fields.map(({ field }) => field));
  const rows = (rules.portal?.form ?? []).filter(
    ({ field }) => applying.has(field) || Object.hasOwn(endpointParts, field),
  );
  return rows.map(({ label, field }) => {
    const part = endpointParts[field];
    const found = fields.find((one) => one.field.id === field)?.field;
    const kept = given.verdict.values[field];
    const value = part === undefined ? kept : given.endpoints.map(part).join(', ');
    const shown = found === undefined || value === undefined ? value : shownValue(found, value, 'en');
    return { label, field, value: shown === undefined || shown === '' ? null : shown };
  });
}

function answersOf({ fields }: AuthorityProfile, { values }: ProfileVerdict): Dossier['answers'] {
  return fields.flatMap(({ field }) => {
    const value = values[field.id];
    // What is known once it is filed or decided is not part of what is filed.
    if (value === undefined || (field.stage ?? 'application') !== 'application') return [];
    return [{ field: field.id, label: english(field.label), value, shown: shownValue(field, value, 'en') }];
  });
}

function documentRow(profile: AuthorityProfile, one: DossierDocumentFacts, index: number) {
  const { kind, contentType, size, sha256 } = one;
  const file = attachmentName(kind, contentType, index);
  return { kind, label: documentLabel(profile, kind), file, content_type: contentType, size, sha256 };
}

function fieldLabel({ fields }: AuthorityProfile, id: string): string {
  const found = fields.find(({ field }) => field.id === id);
  return found === undefined ? id : english(found.field.label);
}

/** Of a group of documents the first that it names. */
function documentLabel({ document: { documents } }: AuthorityProfile, id: string): string {
  const found = documents.find((one) => one.id === id) ?? documents.find(({ group }) => group === id);
  return found === undefined ? id : english(found.label);
}

function named(
  list: readonly { readonly id: string; readonly name: ProfileText }[],
  id: string,
): ProfileText {
  return list.find((one) => one.id === id)?.name ?? {};
}

function english(text: ProfileText): string {
  return inLanguage(text, 'en');
}
