import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { evaluateProfile } from '#shared/registration/authority-profile/evaluate.ts';
import { nextQuestion, questionNamed } from '#shared/registration/interview/next-question.ts';
import type { Question, Said } from '#shared/registration/interview/question.ts';
import { applicationOf } from '#shared/registration/interview/state.ts';
import { documentGroups, documentQuestion } from '#shared/registration/interview/document-question.ts';
import { findingMessages } from '#shared/text/finding/index.ts';
import { say } from '#shared/text/say.ts';
import { answerWith, answerWithFiles, type Answered } from './answer.ts';
import { applicationError } from './application-problem.ts';
import type { OfferedFile } from './files.ts';
import { stepOf } from './step.ts';
import { interviewOf, type Work } from './work.ts';

const MAX_BYTES = 256 * 1024;

const word = z.string().max(4000);
const paths = z.union([word, z.array(word).min(1).max(32)]);

/** Answers in a file, for whoever asks nobody. docs/answers.md explains it. */
export const answersSchema = z.strictObject({
  /** A VPN connection's name, or the path of a .conf file. */
  tunnel: word.optional(),
  /** `portal`, or `office:NAME`; may be left out where there is one. */
  channel: word.optional(),
  /** The authority's rules; may be left out where there are one. */
  profile: word.optional(),
  /** To the questions of the route finder; needless where `route` is given. */
  finder: z.record(word, word).optional(),
  /** How the line's address is. */
  address: z.enum(['fixed', 'dynamic', 'cgnat', 'unknown']).optional(),
  route: word.optional(),
  category: word.optional(),
  /** Whether what is known of the applicant from earlier still holds; left out: it does. */
  reuse: z.boolean().optional(),
  fields: z.record(word, word).optional(),
  /** By kind: one path or several, from the file's own folder. */
  documents: z.record(word, paths).optional(),
  declaration: z.boolean().optional(),
  consent: z.boolean().optional(),
});
export type Answers = z.infer<typeof answersSchema>;

/** Something in the file that cannot be taken, or is not there. */
export interface AnswerFault {
  /** As in the file: `fields.purpose`. */
  readonly where: string;
  readonly text: string;
}

export interface Applied {
  readonly work: Work;
  readonly wrong: readonly AnswerFault[];
  readonly missing: readonly AnswerFault[];
  /** What was done to answers, or deserves a second look. */
  readonly said: readonly AnswerFault[];
}

/** Reads a file with answers: throws `answers_unreadable`, with where in it where that can be said. */
export async function readAnswers(path: string): Promise<Answers> {
  try {
    if ((await stat(path)).size > MAX_BYTES) throw applicationError('answers_unreadable');
    const parsed = answersSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const detail = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
    throw applicationError('answers_unreadable', { detail });
  } catch (cause) {
    if (cause instanceof SyntaxError) throw applicationError('answers_unreadable', { detail: 'no JSON' });
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    throw applicationError('answers_unreadable', { detail: String(cause.code), cause });
  }
}

/**
 * Gives every answer that the file has, in the order in which they would be asked for. Each that is right is kept, whatever
 * else is wrong; all that is wrong or missing is named at once.
 */
export async function applyAnswers(
  first: Work,
  answers: Answers,
  { file = '.' }: { readonly file?: string } = {},
): Promise<Applied> {
  const applying: Applying = { work: first, wrong: [], said: [] };
  const folder = file === '.' ? process.cwd() : dirname(resolve(file));
  await giveWay(applying, answers, folder);
  await giveContent(applying, answers, folder);
  const missing = missingIn(applying.work);
  if (applying.wrong.length === 0 && missing.length === 0) missing.push(...(await agree(applying, answers)));
  return { ...applying, missing };
}

interface Applying {
  work: Work;
  readonly wrong: AnswerFault[];
  readonly said: AnswerFault[];
}

async function giveWay(applying: Applying, answers: Answers, folder: string): Promise<void> {
  const { tunnel, channel, finder = {}, address, route, category } = answers;
  if (tunnel !== undefined)
    await giveFlow(applying, 'tunnel', tunnel.endsWith('.conf') ? resolve(folder, tunnel) : tunnel);
  if (channel !== undefined) await giveFlow(applying, 'channel', channel);
  for (const [question, answer] of Object.entries(finder)) await give(applying, `finder.${question}`, answer);
  if (address !== undefined) await give(applying, 'address', address);
  if (route !== undefined) await give(applying, 'route', route);
  // Where the way leaves no choice, the same is no mistake.
  const isSettled = questionNamed(interviewOf(applying.work), 'category') === undefined;
  const chosen = applicationOf(interviewOf(applying.work))?.category;
  if (category !== undefined && !(isSettled && chosen === category))
    await give(applying, 'category', category);
}

async function giveContent(applying: Applying, answers: Answers, folder: string): Promise<void> {
  const { reuse, fields = {}, documents = {} } = answers;
  if (reuse !== undefined && questionNamed(interviewOf(applying.work), 'applicant') !== undefined) {
    await give(applying, 'applicant', reuse ? 'yes' : 'no');
  }
  // In the rules' order: what one answer brings with it comes after it.
  const order = applying.work.profile.fields.map(({ field }) => field.id);
  const given = Object.entries(fields).toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  for (const [field, value] of given) await give(applying, `field.${field}`, value, `fields.${field}`);
  await giveDocuments(applying, documents, folder);
}

/** Those of one question together. */
async function giveDocuments(
  applying: Applying,
  documents: NonNullable<Answers['documents']>,
  folder: string,
): Promise<void> {
  const open = new Set(Object.keys(documents));
  for (const question of documentQuestions(applying.work)) {
    const files: OfferedFile[] = (question.slots ?? []).flatMap(({ kind }) => {
      const named = Object.hasOwn(documents, kind) ? documents[kind] : undefined;
      if (named !== undefined) open.delete(kind);
      return [named ?? []].flat().map((path) => ({ path: resolve(folder, path), kind }));
    });
    if (files.length === 0) continue;
    const where = `documents.${files[0]?.kind ?? ''}`;
    take(applying, where, await answerWithFiles(applying.work, question, files));
  }
  for (const kind of open) applying.wrong.push({ where: `documents.${kind}`, text: unasked(applying.work) });
}

function documentQuestions(work: Work): readonly Question[] {
  const interview = interviewOf(work);
  const application = applicationOf(interview);
  if (application === undefined) return [];
  const verdict = evaluateProfile(work.profile, application);
  return documentGroups(work.profile, verdict).map((group) => documentQuestion(interview, group));
}

async function giveFlow(applying: Applying, id: 'tunnel' | 'channel', text: string): Promise<void> {
  const question: Question = { id, kind: 'text', label: '', isOptional: false };
  const step = await stepOf(applying.work);
  const asked = step.kind === 'question' && step.question.id === id ? step.question : question;
  take(applying, id, await answerWith(applying.work, asked, text));
}

async function give(applying: Applying, id: string, text: string, where = id): Promise<void> {
  const question = questionNamed(interviewOf(applying.work), id);
  if (question === undefined) applying.wrong.push({ where, text: unasked(applying.work) });
  else take(applying, where, await answerWith(applying.work, question, text));
}

function take(applying: Applying, where: string, answered: Answered): void {
  if (answered.kind === 'taken') applying.work = answered.work;
  const said: readonly Said[] = 'said' in answered ? answered.said : [];
  for (const { level, text, about } of said) {
    const place = about === undefined ? where : `documents.${about}`;
    (level === 'wrong' ? applying.wrong : applying.said).push({ where: place, text });
  }
}

function unasked({ context: { language } }: Work): string {
  return say(findingMessages, language, { message: 'unasked' });
}

/** Everything that is still to be said: where the way itself is open, that first. */
function missingIn(work: Work): AnswerFault[] {
  const interview = interviewOf(work);
  const step = nextQuestion(interview);
  if (step.kind === 'ready') return [];
  const application = applicationOf(interview);
  if (application === undefined) return [faultOf(step.question)];
  const { missing, fields } = evaluateProfile(work.profile, application);
  const wrong = fields.filter(({ state }) => state === 'wrong').map(({ field }) => field);
  const ids = [...missing.fields, ...wrong].map((field) => `field.${field}`);
  const groups = documentQuestions(work).filter(({ slots = [], id }) =>
    missing.documents.some((name) => id === `document.${name}` || slots.some(({ kind }) => kind === name)),
  );
  const questions = [...ids.flatMap((id) => questionNamed(interview, id) ?? []), ...groups];
  return questions.length === 0 ? [faultOf(step.question)] : questions.map(faultOf);
}

function faultOf({ id, label }: Question): AnswerFault {
  return { where: id.replace(/^field\./, 'fields.').replace(/^document\./, 'documents.'), text: label };
}

/** Declaration and consent, where the file says so; what it does not say is missing. */
async function agree(applying: Applying, { declaration, consent }: Answers): Promise<AnswerFault[]> {
  for (;;) {
    const step = await stepOf(applying.work);
    if (step.kind !== 'question') return [];
    const { question } = step;
    const isGiven =
      (question.id === 'declaration' && declaration === true) ||
      (question.id === 'consent' && consent === true);
    if (!isGiven) return [faultOf(question)];
    take(applying, question.id, await answerWith(applying.work, question, 'yes'));
  }
}
