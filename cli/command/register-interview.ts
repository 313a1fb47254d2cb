import { answerWith, answerWithFiles, stepBack, type Answered } from '#client/application/answer.ts';
import { applyAnswers } from '#client/application/answers-file.ts';
import { applicationError } from '#client/application/application-problem.ts';
import { ApplicationStore } from '#client/application/application-store.ts';
import { stepOf, type FlowStep } from '#client/application/step.ts';
import {
  beginWork,
  interviewOf,
  lastUnfinished,
  resumeWork,
  type ApplicationContext,
  type Work,
} from '#client/application/work.ts';
import { changeableQuestions } from '#shared/registration/interview/next-question.ts';
import type { Question } from '#shared/registration/interview/question.ts';
import { answerOf } from '#shared/registration/interview/state.ts';
import { applicationMessages } from '#shared/text/application/index.ts';
import { addressLookMessages } from '#shared/text/address-look/index.ts';
import type { Language } from '#shared/text/language.ts';
import { say } from '#shared/text/say.ts';
import { bad, faint, strong, type Answer } from '../answer.ts';
import { makePrompter } from '../ask/make-prompter.ts';
import type { Prompter, Reply } from '../ask/prompter.ts';
import { words } from '../ask/question-lines.ts';
import { Interrupted } from '../cli-problem.ts';
import { languageFrom } from '../language.ts';
import type { Surroundings } from '../surroundings.ts';
import { previewLines } from '../terminal/describe-preview.ts';
import { day } from '../terminal/words.ts';
import { wrap } from '../terminal/wrap.ts';
import { applicationContext, finishApplication } from './finish-application.ts';

export interface InterviewOptions {
  /** A tunnel’s name; undefined: it is asked for. */
  readonly tunnel: string | undefined;
  readonly rules: string | undefined;
  readonly gateway: string | undefined;
  /** What is given beforehand is not asked for. */
  readonly route: string | undefined;
  readonly category: string | undefined;
  readonly fields: Readonly<Record<string, string>>;
  readonly language: string | undefined;
  readonly resume: boolean;
  readonly isNew: boolean;
  readonly wait: boolean;
}

/** From nothing to submitted: asks, shows, and sends with consent. Whatever ends it, what was answered is kept. */
export async function registerInterviewCommand(
  surroundings: Surroundings,
  options: InterviewOptions,
): Promise<Answer> {
  const language = languageFrom(options.language, surroundings.environment ?? {});
  const context = applicationContext(surroundings, language);
  const prompter = await makePrompter({ surroundings, language });
  const session: Session = { surroundings, language, prompter };
  try {
    return await converse(session, await openWork(session, context, options), options);
  } catch (cause) {
    if (!(cause instanceof Interrupted)) throw cause;
    throw new Interrupted({ ...cause.problem, ...goingOn(language) });
  } finally {
    prompter.close();
  }
}

interface Session {
  readonly surroundings: Surroundings;
  readonly language: Language;
  readonly prompter: Prompter;
}

function goingOn(language: Language) {
  return { reason: words(language, 'kept_so_far'), nextAction: words(language, 'go_on') };
}

async function openWork(
  { surroundings: { terminal, client }, language }: Session,
  context: ApplicationContext,
  options: InterviewOptions,
): Promise<Work> {
  const { resume, isNew, rules, tunnel, gateway, route, category, fields } = options;
  const unfinished = isNew ? undefined : await lastUnfinished(new ApplicationStore(client));
  const isSame = tunnel === undefined || unfinished?.tunnel === tunnel;
  const goesOn = resume || (unfinished !== undefined && isSame);
  const work = goesOn ? await resumeWork(context, unfinished?.id) : await beginWork(context, { rules });
  if (goesOn) terminal.tell([faint(words(language, 'going_on', { day: day(work.draft.created_at) }))]);
  const applied = await applyAnswers(work, {
    ...(tunnel === undefined ? {} : { tunnel }),
    ...(gateway === undefined ? {} : { channel: `office:${gateway}` }),
    ...(route === undefined ? {} : { route }),
    ...(category === undefined ? {} : { category }),
    fields: { ...fields },
  });
  if (applied.wrong.length > 0) {
    terminal.tell(applied.wrong.map(({ where, text }) => bad(`${where}: ${text}`)));
    throw applicationError('answers_wrong');
  }
  return applied.work;
}

async function converse(session: Session, first: Work, options: InterviewOptions): Promise<Answer> {
  let work = first;
  for (;;) {
    const step = await stepOf(work);
    if (step.kind !== 'question') {
      const { surroundings, prompter } = session;
      return await finishApplication(surroundings, work, { wait: options.wait, asked: prompter.count });
    }
    tellAbout(session, work, step);
    work = await putQuestion(session, work, step.question);
  }
}

/** The preview before the consent, the finder’s reason, and how the line looks where that is asked about. */
function tellAbout(
  { surroundings: { terminal }, language }: Session,
  work: Work,
  step: Extract<FlowStep, { kind: 'question' }>,
): void {
  const { question, notes, preview } = step;
  const { columns } = terminal;
  const sentences = [...notes, ...(question.id === 'address' ? lineNote(work) : [])];
  terminal.tell(sentences.flatMap((sentence) => wrap(sentence, columns)).map(strong));
  if (preview !== undefined) terminal.tell(previewLines(preview, { language, columns }));
}

function lineNote({ line, context: { language } }: Work): readonly string[] {
  if (line === undefined) return [];
  const { ground, since = '', publicAddress = '', routerAddress = '' } = line;
  const values = { since, address: publicAddress, router: routerAddress };
  return [say(addressLookMessages, language, { message: ground, values })];
}

/** Asks until it is answered, or goes back, or changes something else instead. */
async function putQuestion(session: Session, work: Work, question: Question): Promise<Work> {
  let answered: Answered | undefined;
  const outcome = await session.prompter.ask(question, async (reply) => {
    answered = await taken(work, question, reply);
    return 'said' in answered ? answered.said : [];
  });
  if (outcome === 'end') throw applicationError('application_unfinished');
  if (outcome === 'back') return await stepBack(work);
  if (answered?.kind === 'stopped') throw applicationError('application_stopped');
  if (answered?.kind === 'change') return await changeSomething(session, work);
  return answered?.kind === 'taken' ? answered.work : work;
}

async function taken(work: Work, question: Question, reply: Reply): Promise<Answered> {
  return reply.kind === 'text'
    ? await answerWith(work, question, reply.text)
    : await answerWithFiles(work, question, reply.files);
}

/** Chooses one of all the questions, the optional ones too, and asks it. */
async function changeSomething(session: Session, work: Work): Promise<Work> {
  const { language, prompter } = session;
  const isSent = work.draft.registration !== null;
  const questions = changeableQuestions(interviewOf(work)).filter(
    ({ id }) => !isSent || id.startsWith('document.'),
  );
  const blank = say(applicationMessages, language, { message: 'change_blank' });
  const choices = questions.map(({ id, label, default: value }) => ({
    id,
    label,
    help: answerOf(work.draft.interview, id) === undefined ? (value ?? blank) : undefined,
  }));
  const label = say(applicationMessages, language, { message: 'change' });
  let chosen: Question | undefined;
  const outcome = await prompter.ask(
    { id: 'change', kind: 'choice', label, choices, isOptional: false },
    (reply) => {
      chosen = questions.find(({ id }) => reply.kind === 'text' && id === reply.text);
      return Promise.resolve(chosen === undefined ? [{ level: 'wrong', text: label }] : []);
    },
  );
  if (outcome === 'end') throw applicationError('application_unfinished');
  return outcome === 'back' || chosen === undefined ? work : await putQuestion(session, work, chosen);
}
