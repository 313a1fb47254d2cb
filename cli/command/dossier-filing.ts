import { FilingStore, type Filing } from '#client/application/filing.ts';
import type { Work } from '#client/application/work.ts';
import { interviewOf } from '#client/application/work.ts';
import { MAX_PHOTOGRAPH_BYTES, readDocumentFile } from '#client/document/document-file.ts';
import { forgetDossierCopies } from '#client/dossier/application-dossier.ts';
import { RegistrationStore } from '#client/registration/registration-store.ts';
import { MAX_DOCUMENT_BYTES } from '#shared/contract/gateway-contract.ts';
import { dossierError } from '#shared/dossier/dossier-problem.ts';
import { applicationOf } from '#shared/registration/interview/state.ts';
import { inLanguage } from '#shared/text/language.ts';
import { faint, good, strong, type Answer } from '../answer.ts';
import { makePrompter } from '../ask/make-prompter.ts';
import { cliError } from '../cli-problem.ts';
import type { Surroundings } from '../surroundings.ts';
import { table } from '../terminal/table.ts';
import { day } from '../terminal/words.ts';
import { workFor, type DossierOptions } from './dossier.ts';
import { readReference } from './read-reference.ts';
import { declareCommand } from './registration-declare.ts';
import { registrationAnswerCommand } from './registration-answer.ts';
import { documentAddCommand } from './registration-document-add.ts';

const DECISION = 'decision';

interface FiledOptions extends DossierOptions {
  readonly on: string | undefined;
  readonly referenceFile: string | undefined;
}

/** Keeps that it was filed, when, and the number that the authority gave it. All of it is stated by the person. */
export async function dossierFiledCommand(
  surroundings: Surroundings,
  options: FiledOptions,
): Promise<Answer> {
  const { client } = surroundings;
  const { work, language } = await workFor(surroundings, options);
  const now = client.now();
  const filedOn = dayGiven(options.on ?? day(now), now);
  const reference = await referenceFor(surroundings, work, options);
  const store = new FilingStore(client);
  const before = await store.of(work.draft.id);
  const filing: Filing = {
    ...{ version: 1, application: work.draft.id, filed_on: filedOn, reference },
    ...{ decided: before?.decided ?? null, changed_at: now },
  };
  await store.keep(filing);
  const { decision_time: time } = work.profile.document;
  const usual = time?.note === undefined ? [] : [inLanguage(time.note, language)];
  return {
    json: { filing: filingJson(filing) },
    lines: [
      good(`Kept: filed on ${filedOn}, stated by you.`),
      ...usual,
      strong('Next: when it is decided: sanad dossier decision --decided-on DATE --evidence FILE'),
    ],
  };
}

interface DecisionOptions extends DossierOptions {
  readonly decidedOn: string;
  readonly evidence: string;
  readonly consent: boolean;
}

/**
 * Shows the decision: to the registration office where it has the case, so that a reviewer can attest it; else it becomes the
 * person's own declaration.
 */
export async function dossierDecisionCommand(
  surroundings: Surroundings,
  options: DecisionOptions,
): Promise<Answer> {
  const { client } = surroundings;
  const { work } = await workFor(surroundings, options);
  const now = client.now();
  const store = new FilingStore(client);
  const filing = await store.of(work.draft.id);
  if (filing === undefined) throw dossierError('not_filed');
  const decidedOn = dayGiven(options.decidedOn, now);
  if (decidedOn < filing.filed_on) throw cliError('usage', { detail: 'decided before it was filed' });
  // What is wrong with the file is said before anything is stated or sent.
  const limits = { bytes: MAX_DOCUMENT_BYTES, pictureBytes: MAX_PHOTOGRAPH_BYTES };
  const { sha256 } = await readDocumentFile(options.evidence, limits);
  const decided: Filing = { ...filing, decided: { on: decidedOn, evidence: sha256 }, changed_at: now };
  const shown = { ...options, decidedOn, filing: decided };
  const answer =
    work.draft.registration === null
      ? await declareIt(surroundings, work, shown)
      : await showOffice(surroundings, work, shown);
  if (answer.problem !== undefined) return answer;
  await store.keep(decided);
  await forgetDossierCopies(work);
  return { ...answer, json: { ...answer.json, filing: filingJson(decided) } };
}

/** Where an application stands at the portal, as the person has stated it. */
export async function dossierShowCommand(
  surroundings: Surroundings,
  options: DossierOptions,
): Promise<Answer> {
  const { work, language } = await workFor(surroundings, options);
  const filing = await new FilingStore(surroundings.client).of(work.draft.id);
  const decided = filing?.decided ?? null;
  const { portal, authority } = work.profile.document;
  const rows: (readonly [string, string])[] = [
    ['For', work.draft.tunnel ?? '–'],
    ['At', portal?.url ?? inLanguage(authority.name, language)],
    ['Made ready', day(work.draft.finished_at ?? work.draft.changed_at)],
    ['Filed', filing === undefined ? 'not yet' : `${filing.filed_on}, stated by you`],
    ['Reference', filing?.reference ?? '–'],
    ['Decision', decided === null ? 'not yet' : `${decided.on}, stated by you`],
    [
      'Registration office',
      work.draft.registration === null ? 'none' : `has the case ${work.draft.registration}`,
    ],
  ];
  return {
    json: { application: work.draft.id, filing: filing === undefined ? null : filingJson(filing) },
    lines: [...table(rows), strong(`Next: ${nextOf(filing)}`)],
  };
}

function nextOf(filing: Filing | undefined): string {
  if (filing === undefined) return 'copy it into the portal: sanad dossier copy';
  if (filing.decided === null)
    return 'when it is decided: sanad dossier decision --decided-on DATE --evidence FILE';
  return 'see where the registration stands: sanad registration show';
}

async function referenceFor(
  surroundings: Surroundings,
  { profile }: Work,
  { referenceFile, language }: FiledOptions,
): Promise<string | null> {
  if (referenceFile !== undefined) return await readReference(surroundings, referenceFile);
  if (!surroundings.terminal.isInteractive) return null;
  const shown = language === 'ur' ? 'ur' : 'en';
  const prompter = await makePrompter({ surroundings, language: shown });
  let given = '';
  try {
    const label = inLanguage(profile.document.portal?.reference ?? { en: 'reference' }, shown);
    const question = { id: 'reference', kind: 'text', label, isOptional: true } as const;
    await prompter.ask(question, (reply) => {
      given = reply.kind === 'text' ? reply.text.trim().slice(0, 200) : '';
      return Promise.resolve([]);
    });
  } finally {
    prompter.close();
  }
  return given === '' ? null : given;
}

interface Deciding extends DecisionOptions {
  readonly filing: Filing;
}

async function declareIt(
  surroundings: Surroundings,
  work: Work,
  { decidedOn, evidence, consent, filing }: Deciding,
): Promise<Answer> {
  const application = applicationOf(interviewOf(work));
  if (application === undefined || work.draft.tunnel === null) throw dossierError('not_filed');
  const { route, category } = application;
  return await declareCommand(surroundings, {
    ...{ name: work.draft.tunnel, yes: consent, authorityProfile: work.profile.reference, route, category },
    ...{ decidedOn, evidence, reference: filing.reference ?? undefined },
  });
}

async function showOffice(
  surroundings: Surroundings,
  work: Work,
  { decidedOn, evidence, consent, filing }: Deciding,
): Promise<Answer> {
  const { registration: id } = work.draft;
  if (id === null) throw dossierError('not_filed');
  if (!work.profile.document.documents.some((one) => one.id === DECISION))
    throw dossierError('decision_not_taken');
  const added = await documentAddCommand(surroundings, {
    ...{ named: id, path: evidence, kind: DECISION, isKept: false, asIs: false, consent },
  });
  const { view } = await new RegistrationStore(surroundings.client.configDirectory).get(id);
  const fields = laterFields(work, { filedOn: filing.filed_on, decidedOn, reference: filing.reference });
  if (view.state !== 'needs_information') {
    return { ...added, lines: [...added.lines, faint('The reviewer can attest the decision now.')] };
  }
  // The office waits for an answer: this is the one.
  const text = `Filed on ${filing.filed_on}, decided on ${decidedOn}. The decision is among the documents.`;
  return await registrationAnswerCommand(surroundings, { named: id, text, fields, consent });
}

/** What the rules ask once it is filed and once it is decided, by what each field is. */
function laterFields(
  { profile }: Work,
  known: { readonly filedOn: string; readonly decidedOn: string; readonly reference: string | null },
): Readonly<Record<string, string>> {
  const entries = profile.fields.flatMap(({ field: { id, kind, stage } }) => {
    if (stage === 'filed') {
      const value = kind === 'date' ? known.filedOn : known.reference;
      return value === null ? [] : [[id, value] as const];
    }
    return stage === 'decided' && kind === 'date' ? [[id, known.decidedOn] as const] : [];
  });
  return Object.fromEntries(entries);
}

/** The reference leads to a person: it is shown, and said to programs that ask, as what was stated. */
function filingJson({ filed_on: filedOn, reference, decided }: Filing) {
  return { filedOn, reference, decidedOn: decided?.on ?? null, assurance: 'declared' };
}

/** YYYY-MM-DD, no later than today. */
function dayGiven(text: string, now: number): string {
  const isDay =
    /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
  if (!isDay) throw cliError('usage', { detail: 'a day is written year-month-day, such as 2026-11-25' });
  // It is that day somewhere up to 14 hours earlier than in UTC.
  if (Date.parse(`${text}T00:00:00Z`) / 1000 > now + 14 * 3600)
    throw cliError('usage', { detail: 'that day is still to come' });
  return text;
}
