import { applicationError } from '#client/application/application-problem.ts';
import { ApplicationStore } from '#client/application/application-store.ts';
import type { Applicant } from '#client/application/draft.ts';
import { exportAll } from '#client/application/export.ts';
import { forgetAll, remainingElsewhere } from '#client/application/forget.ts';
import type { ApplicationContext } from '#client/application/work.ts';
import { DocumentStore } from '#client/document/document-store.ts';
import { Vault } from '#client/vault/vault.ts';
import { checkValue } from '#shared/registration/authority-profile/check-value.ts';
import { cleaningSaid, findingText } from '#shared/registration/interview/give-answer.ts';
import { shownValue } from '#shared/registration/interview/shown-value.ts';
import type { AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import { inLanguage } from '#shared/text/language.ts';
import { bad, faint, good, strong, type Answer, type Line } from '../answer.ts';
import { cliError } from '../cli-problem.ts';
import { languageFrom } from '../language.ts';
import type { Surroundings } from '../surroundings.ts';
import { table } from '../terminal/table.ts';
import { bytes, day } from '../terminal/words.ts';
import { requireConfirmation } from './confirm.ts';
import { applicationContext } from './finish-application.ts';

function open(surroundings: Surroundings) {
  const { client, environment = {} } = surroundings;
  const vault = new Vault(client);
  return {
    context: applicationContext(surroundings, languageFrom(undefined, environment)),
    store: new ApplicationStore({ ...client, vault }),
    documentStore: new DocumentStore({ ...client, vault }),
  };
}

export async function applicantShowCommand(surroundings: Surroundings): Promise<Answer> {
  const { context, store, documentStore } = open(surroundings);
  const profiles = await context.profiles.offered();
  const [applicants, { drafts, damaged }, { documents }] = await Promise.all([
    store.applicants(),
    store.drafts(),
    documentStore.list(),
  ]);
  const unfinished = drafts.filter(({ finished_at: finished }) => finished === null);
  const lines = [
    ...applicants.flatMap((applicant) => knownLines(context, applicant, profiles)),
    ...section(
      'Unfinished applications:',
      unfinished.map(
        ({ changed_at: at, tunnel }) => `  ${tunnel ?? 'no VPN connection chosen'}, last on ${day(at)}`,
      ),
    ),
    ...section(
      'Documents:',
      table(documents.map(({ kind, name, size }) => [`  ${kind}`, `${name}, ${bytes(size)}`])),
    ),
    ...(damaged === 0 ? [] : [bad(`${damaged} of your applications cannot be read any more.`)]),
  ];
  return {
    json: {
      applicants: applicants.map(({ profile, fields, documents: kinds }) => ({
        profile,
        fields,
        documents: kinds,
      })),
      applications: drafts.map(({ id, tunnel, channel, registration, finished_at: finishedAt }) => ({
        ...{ id, tunnel, channel, registration, finishedAt },
      })),
      documents: documents.map(({ kind, name, size }) => ({ kind, name, size })),
      damaged,
    },
    lines: lines.length === 0 ? ['Nothing is kept of you on this computer.'] : lines,
  };
}

function knownLines(
  { language }: ApplicationContext,
  { profile: name, fields }: Applicant,
  profiles: readonly AuthorityProfile[],
): readonly Line[] {
  const profile = profiles.find(({ document }) => document.id === name);
  const rows = Object.entries(fields).map(([id, value]) => {
    const field = profile?.fields.find((rules) => rules.field.id === id)?.field;
    if (field === undefined) return [`  ${id}`, value] as const;
    return [`  ${inLanguage(field.label, language)}`, shownValue(field, value, language)] as const;
  });
  return section(`Known of you under the rules ${name}:`, table(rows));
}

function section(title: string, lines: readonly Line[]): readonly Line[] {
  return lines.length === 0 ? [] : [strong(title), ...lines];
}

interface EditOptions {
  readonly field: string;
  /** Empty: it is taken away. */
  readonly value: string;
  readonly profile: string | undefined;
}

export async function applicantEditCommand(
  surroundings: Surroundings,
  { field: named, value: given, profile: wanted }: EditOptions,
): Promise<Answer> {
  const { client } = surroundings;
  const { context, store } = open(surroundings);
  const { language } = context;
  const offered = await context.profiles.offered();
  const found = offered.filter(
    ({ document }) => wanted === undefined || wanted.split('@')[0] === document.id,
  );
  const [profile] = found;
  if (profile === undefined || found.length > 1) throw applicationError('no_rules');
  const rules = profile.fields.find(({ field }) => field.id === named && field.scope === 'applicant');
  if (rules === undefined) {
    const ids = profile.fields
      .filter(({ field }) => field.scope === 'applicant')
      .map(({ field }) => field.id);
    throw cliError('usage', { detail: `of you these are kept: ${ids.join(', ')}` });
  }
  const checked = given.trim() === '' ? undefined : checkValue(rules, given);
  if (checked?.wrong !== undefined) throw cliError('usage', { detail: findingText(language, checked.wrong) });
  const { id } = profile.document;
  const known = (await store.applicant(id)) ?? emptyApplicant(id, client.now());
  const { [named]: _, ...others } = known.fields;
  const value = checked?.value ?? '';
  const fields = value === '' ? others : { ...others, [named]: value };
  await store.keepApplicant({ ...known, fields, changed_at: client.now() });
  const label = inLanguage(rules.field.label, language);
  const remarks = [
    ...(checked?.cleaned ?? []).map((cleaning) => cleaningSaid(language, cleaning).text),
    ...(checked?.odd ?? []).map((finding) => findingText(language, finding)),
  ];
  return {
    json: { profile: id, field: named, value },
    lines: [
      good(value === '' ? `${label}: taken away.` : `${label}: ${shownValue(rules.field, value, language)}`),
      ...remarks.map(faint),
      faint('What was sent already stays as it is.'),
    ],
  };
}

function emptyApplicant(profile: string, now: number): Applicant {
  return { version: 1, profile, fields: {}, documents: {}, changed_at: now };
}

export async function applicantExportCommand(
  surroundings: Surroundings,
  { file, yes }: { readonly file: string; readonly yes: boolean },
): Promise<Answer> {
  await requireConfirmation(surroundings, {
    preview: [
      strong('Everything that is kept of you is written into a file that is not encrypted:'),
      '  what is known of you, your applications, your documents, and the days on which your address was looked at.',
      'Whoever gets the file can read all of it. No secret key is in it.',
    ],
    question: 'Write it?',
    isGiven: yes,
  });
  const { bytes: size } = await exportAll(surroundings.client, file);
  return { json: { file, size }, lines: [good(`Written: ${bytes(size)}, for you alone to read (0600).`)] };
}

export async function applicantDeleteCommand(
  surroundings: Surroundings,
  { yes }: { readonly yes: boolean },
): Promise<Answer> {
  const { client } = surroundings;
  const remaining = await remainingElsewhere(client);
  const elsewhere = remaining.flatMap(({ tunnel, office, contact, isOpen }): readonly Line[] => [
    `  ${tunnel}: at ${office}${contact === undefined ? '' : ` (${contact})`}.`,
    ...(isOpen
      ? [faint(`    To take it back, with the documents there: sanad registration withdraw ${tunnel}`)]
      : []),
  ]);
  await requireConfirmation(surroundings, {
    preview: [
      strong('This is forgotten on this computer, for good:'),
      '  what is known of you, your applications, your documents, the days on which your address was looked at,',
      '  and the key with which all of it is encrypted: copies and backups cannot be read any more either.',
      'Reports (sanad report) tell nothing of the days before any more: make one first if somebody may ask for it.',
      'Your VPN connections and registrations stay, and you can still connect.',
      ...section('This stays elsewhere:', elsewhere),
    ],
    question: 'Forget it?',
    isGiven: yes,
  });
  const { unreadable } = await forgetAll(client);
  const damaged = unreadable.map((path) => `  ${path}`);
  return {
    json: { remaining, unreadable },
    lines: [
      good('Forgotten.'),
      ...section('These files are damaged or cannot be written; see yourself what they say of you:', damaged),
      ...section('This stays elsewhere:', elsewhere),
    ],
  };
}
