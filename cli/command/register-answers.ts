import { applicationError } from '#client/application/application-problem.ts';
import {
  applyAnswers,
  readAnswers,
  type AnswerFault,
  type Answers,
} from '#client/application/answers-file.ts';
import { ApplicationStore } from '#client/application/application-store.ts';
import { stepOf } from '#client/application/step.ts';
import {
  beginWork,
  lastUnfinished,
  resumeWork,
  type ApplicationContext,
  type Work,
} from '#client/application/work.ts';
import { bad, faint, type Answer } from '../answer.ts';
import { languageFrom } from '../language.ts';
import type { Surroundings } from '../surroundings.ts';
import { previewLines } from '../terminal/describe-preview.ts';
import { applicationContext, finishApplication } from './finish-application.ts';

interface AnswersOptions {
  readonly file: string;
  readonly language: string | undefined;
  readonly wait: boolean;
}

/** Takes all answers from a file and sends what they make; asks nobody anything. */
export async function registerAnswersCommand(
  surroundings: Surroundings,
  { file, language: wanted, wait }: AnswersOptions,
): Promise<Answer> {
  const { terminal } = surroundings;
  const answers = await readAnswers(file);
  const language = languageFrom(wanted, surroundings.environment ?? {});
  const begun = await workFor(applicationContext(surroundings, language), answers);
  const { work, wrong, missing, said } = await applyAnswers(begun, { reuse: true, ...answers }, { file });
  terminal.tell(faultLines(said).map(faint));
  if (wrong.length > 0 || missing.length > 0) return faulty({ wrong, missing });
  const step = await stepOf(work);
  if (step.kind === 'send' || step.kind === 'file') {
    terminal.tell(previewLines(step.preview, { language, columns: terminal.columns }));
  }
  return await finishApplication(surroundings, work, { wait, asked: 0 });
}

/** Goes on with what is begun for that connection; never with another. */
async function workFor(context: ApplicationContext, { tunnel, profile }: Answers): Promise<Work> {
  const unfinished = await lastUnfinished(new ApplicationStore(context.client));
  const isSame = tunnel !== undefined && unfinished?.tunnel === tunnel;
  return isSame ? await resumeWork(context, unfinished?.id) : await beginWork(context, { rules: profile });
}

function faulty(faults: {
  readonly wrong: readonly AnswerFault[];
  readonly missing: readonly AnswerFault[];
}): Answer {
  const { wrong, missing } = faults;
  const { problem } = applicationError(wrong.length > 0 ? 'answers_wrong' : 'application_unfinished');
  return { json: { wrong, missing }, lines: faultLines([...wrong, ...missing]).map(bad), problem };
}

function faultLines(faults: readonly AnswerFault[]): readonly string[] {
  return faults.map(({ where, text }) => `${where}: ${text}`);
}
