import { checkValue, type Finding } from './check-value.ts';
import type { Cleaning } from './clean-text.ts';
import type { ProfileCondition, ProfileEvidence, ProfileText } from './profile-schema.ts';
import type { AuthorityProfile, FieldRules } from './read-profile.ts';

/** What a registrant has so far. */
export interface Application {
  readonly route: string;
  readonly category: string;
  /** By field; what is blank is not there. */
  readonly fields: Readonly<Record<string, string>>;
  /** How many of each kind of document there are. */
  readonly documents?: Readonly<Record<string, number>>;
}

export type Level = 'required' | 'warn' | 'optional';

export interface FieldVerdict {
  readonly field: string;
  readonly level: Level;
  readonly state: 'absent' | 'wrong' | 'odd' | 'good';
  /** As it is to be kept; '' where it is absent. */
  readonly value: string;
  readonly wrong: Finding | undefined;
  readonly odd: readonly Finding[];
  readonly cleaned: readonly Cleaning[];
}

export interface DocumentVerdict {
  readonly kind: string;
  readonly level: Level;
  readonly present: number;
  /** Of a group, another one is there. */
  readonly isMet: boolean;
}

export interface ProfileVerdict {
  /** The profile has no such route or category, or the category has not this route; then nothing else is judged. */
  readonly choice: 'good' | 'route_unknown' | 'category_unknown' | 'route_not_for_category';
  /** Every field that applies, in the profile's order. */
  readonly fields: readonly FieldVerdict[];
  /** Every kind of document that applies. */
  readonly documents: readonly DocumentVerdict[];
  /** Fields that were given and are none of this application's: not to be sent. */
  readonly unasked: readonly string[];
  /** Required and not there. Of a group of documents its name stands once. */
  readonly missing: { readonly fields: readonly string[]; readonly documents: readonly string[] };
  /** What is to be kept: every good or odd value, normalised. */
  readonly values: Readonly<Record<string, string>>;
  /** Of all that is required, in whole percent, rounded down: 100 only where nothing is missing or wrong. */
  readonly completeness: number;
  /** The category's fee notice, where it applies. */
  readonly fee: ProfileText | undefined;
}

/** Judges an application by a profile: the one engine of app, command line and gateway. */
export function evaluateProfile(profile: AuthorityProfile, application: Application): ProfileVerdict {
  const choice = judgeChoice(profile, application);
  if (choice !== 'good') return { ...nothing, choice };
  const given = givenFields(application);
  const { applying, answers } = applyingFields(profile, application, given);
  const fields = applying.map((rules) => judgeField(rules, given.get(rules.field.id)));
  const documents = judgeDocuments(profile, { ...application, fields: answers });
  const names = new Set(applying.map(({ field }) => field.id));
  const values = valuesOf(fields);
  return {
    choice,
    fields,
    documents,
    unasked: [...given.keys()].filter((name) => !names.has(name)),
    missing: {
      fields: fields
        .filter(({ level, state }) => level === 'required' && state === 'absent')
        .map(({ field }) => field),
      documents: missingDocuments(profile, documents),
    },
    values,
    completeness: completeness(fields, requirements(profile, documents)),
    fee: feeOf(profile, application, values),
  };
}

/** Complete and right: it may be sent. Documents count only where the caller says that they are due. */
export function isAcceptable(verdict: ProfileVerdict, due: { readonly documents: boolean }): boolean {
  return (
    verdict.choice === 'good' &&
    verdict.unasked.length === 0 &&
    verdict.missing.fields.length === 0 &&
    verdict.fields.every(({ state }) => state !== 'wrong') &&
    (!due.documents || verdict.missing.documents.length === 0)
  );
}

/** Whether a field, a document or a letter is one of this application's. */
export function applies(
  when: ProfileCondition | undefined,
  { route, category, fields }: Pick<Application, 'route' | 'category' | 'fields'>,
): boolean {
  if (when === undefined) return true;
  const { routes, categories, field } = when;
  if (routes !== undefined && !routes.includes(route)) return false;
  if (categories !== undefined && !categories.includes(category)) return false;
  if (field === undefined) return true;
  return Object.hasOwn(fields, field.id) && field.is.includes(fields[field.id] ?? '');
}

const nothing: Omit<ProfileVerdict, 'choice'> = {
  fields: [],
  documents: [],
  unasked: [],
  missing: { fields: [], documents: [] },
  values: {},
  completeness: 0,
  fee: undefined,
};

function judgeChoice(
  { document }: AuthorityProfile,
  { route, category }: Application,
): ProfileVerdict['choice'] {
  if (!document.routes.some(({ id }) => id === route)) return 'route_unknown';
  const chosen = document.categories.find(({ id }) => id === category);
  if (chosen === undefined) return 'category_unknown';
  return chosen.routes.includes(route) ? 'good' : 'route_not_for_category';
}

/** What is not blank. */
function givenFields({ fields }: Application): ReadonlyMap<string, string> {
  return new Map(Object.entries(fields).filter(([, text]) => text.trim() !== ''));
}

interface Applying {
  readonly applying: readonly FieldRules[];
  /** By which the rest is decided: what applies, as given or by default. */
  readonly answers: Readonly<Record<string, string>>;
}

/** A default decides, too, what applies; an answer that is itself not asked for decides nothing. */
function applyingFields(
  { fields }: AuthorityProfile,
  { route, category }: Application,
  given: ReadonlyMap<string, string>,
): Applying {
  const answers: Record<string, string> = {};
  const applying = fields.filter(({ field }) => {
    if (!applies(field.when, { route, category, fields: answers })) return false;
    const answer = given.get(field.id) ?? field.default;
    if (answer !== undefined) answers[field.id] = answer;
    return true;
  });
  return { applying, answers };
}

function judgeField(rules: FieldRules, given: string | undefined): FieldVerdict {
  const { id: field, level } = rules.field;
  const text = given ?? rules.field.default;
  const absent = {
    field,
    level,
    state: 'absent',
    value: '',
    wrong: undefined,
    odd: [],
    cleaned: [],
  } as const;
  if (text === undefined) return absent;
  const { value, wrong, odd, cleaned } = checkValue(rules, text);
  // Invisible characters were all there was.
  if (value === '') return { ...absent, cleaned };
  const state = wrong === undefined ? (odd.length === 0 ? 'good' : 'odd') : 'wrong';
  return { field, level, state, value, wrong, odd, cleaned };
}

function judgeDocuments(
  { document }: AuthorityProfile,
  application: Application,
): readonly DocumentVerdict[] {
  const counts = application.documents ?? {};
  const present = (kind: string) => (Object.hasOwn(counts, kind) ? (counts[kind] ?? 0) : 0);
  const asked = document.documents.filter(({ when }) => applies(when, application));
  const isMet = ({ id, group }: ProfileEvidence) =>
    present(id) > 0 ||
    (group !== undefined && asked.some((other) => other.group === group && present(other.id) > 0));
  return asked.map((evidence) => ({
    kind: evidence.id,
    level: evidence.level,
    present: present(evidence.id),
    isMet: isMet(evidence),
  }));
}

interface Requirement {
  readonly name: string;
  readonly isMet: boolean;
}

/** A group counts once, under its own name. */
function requirements(
  { document }: AuthorityProfile,
  verdicts: readonly DocumentVerdict[],
): readonly Requirement[] {
  const required = verdicts.filter(({ level }) => level === 'required');
  const byName = new Map<string, boolean>();
  for (const { kind, isMet } of required) {
    const group = document.documents.find(({ id }) => id === kind)?.group;
    byName.set(group ?? kind, isMet);
  }
  return [...byName].map(([name, isMet]) => ({ name, isMet }));
}

function missingDocuments(
  profile: AuthorityProfile,
  verdicts: readonly DocumentVerdict[],
): readonly string[] {
  return requirements(profile, verdicts)
    .filter(({ isMet }) => !isMet)
    .map(({ name }) => name);
}

function valuesOf(fields: readonly FieldVerdict[]): Readonly<Record<string, string>> {
  const kept = fields.filter(({ state }) => state === 'good' || state === 'odd');
  return Object.fromEntries(kept.map(({ field, value }) => [field, value]));
}

function completeness(fields: readonly FieldVerdict[], documents: readonly Requirement[]): number {
  const due = fields.filter(({ level, state }) => level === 'required' || state === 'wrong');
  const met = due.filter(({ state }) => state === 'good' || state === 'odd').length;
  const all = due.length + documents.length;
  return all === 0 ? 100 : Math.floor((100 * (met + documents.filter(({ isMet }) => isMet).length)) / all);
}

function feeOf(
  profile: AuthorityProfile,
  { category }: Application,
  values: Readonly<Record<string, string>>,
): ProfileText | undefined {
  const fee = profile.document.categories.find(({ id }) => id === category)?.fee;
  if (fee?.addresses_from === undefined) return fee?.notice;
  return addressCount(profile, values) >= fee.addresses_from ? fee.notice : undefined;
}

function addressCount({ fields }: AuthorityProfile, values: Readonly<Record<string, string>>): number {
  const lists = fields
    .filter(({ field }) => field.kind === 'addresses')
    .map(({ field }) => values[field.id] ?? '');
  return lists.flatMap((list) => (list === '' ? [] : list.split(', '))).length;
}
