import { answerQuestion, type CaseAnswer } from '#client/registration/answer.ts';
import { follow } from '#client/registration/follow.ts';
import type { StoredRegistration } from '#client/registration/stored-registration.ts';
import { registrationError } from '#client/registration/registration-problem.ts';
import type { Anchor, RegistrationView } from '#shared/contract/gateway-contract.ts';
import { findingMessages } from '#shared/text/finding/index.ts';
import { followUpMessages } from '#shared/text/follow-up/index.ts';
import { say } from '#shared/text/say.ts';
import { strong, type Answer, type Line } from '../answer.ts';
import { makePrompter } from '../ask/make-prompter.ts';
import { languageFrom } from '../language.ts';
import { cliError } from '../cli-problem.ts';
import type { Surroundings } from '../surroundings.ts';
import { withProgress } from '../terminal/progress.ts';
import { table } from '../terminal/table.ts';
import { requireConsent } from './confirm.ts';
import { findRegistration } from './find-registration.ts';
import { followedAnswer, operatorOf, plain } from './follow-answer.ts';
import { readText } from './read-text.ts';

interface AnswerOptions {
  readonly named: string;
  /** - for standard input; undefined: it is asked for. */
  readonly text: string | undefined;
  readonly fields: Readonly<Record<string, string>>;
  readonly consent: boolean;
}

/** Shows the question and what will be sent, then sends it. */
export async function registrationAnswerCommand(
  surroundings: Surroundings,
  { named, text, fields, consent }: AnswerOptions,
): Promise<Answer> {
  const { client, terminal } = surroundings;
  const found = await findRegistration(surroundings, named);
  const written = text === undefined ? undefined : await readText(surroundings, text);
  if (written?.trim() === '') throw cliError('usage', { detail: 'the answer is empty' });
  const { registration } = await withProgress(terminal, 'Asking the gateway', () =>
    follow(client, found.registration, { certificate: 'never' }),
  );
  const anchor = await operatorOf(surroundings, registration);
  const answer = { text: written ?? (await askForAnswer(surroundings, registration)), fields };
  if (registration.view.state === 'needs_information') {
    const preview = describe(registration, answer, anchor);
    await requireConsent(surroundings, { preview, question: 'Send this answer?', isGiven: consent });
  }
  const answered = await withProgress(terminal, `Sending it to ${anchor.origin}`, () =>
    answerQuestion(client, registration, answer),
  );
  return followedAnswer(plain(answered), anchor.operator.contact);
}

/** The reviewer’s question with room for an answer below it. */
async function askForAnswer(surroundings: Surroundings, { view }: StoredRegistration): Promise<string> {
  if (view.state !== 'needs_information') throw registrationError('nothing_asked');
  const language = languageFrom(undefined, surroundings.environment ?? {});
  const words = (message: 'your_answer' | 'your_answer_help') => say(followUpMessages, language, { message });
  const prompter = await makePrompter({ surroundings, language });
  let text = '';
  try {
    const help = `${questionIn(view)}\n${words('your_answer_help')}`;
    await prompter.ask(
      { id: 'answer', kind: 'paragraph', label: words('your_answer'), help, isOptional: false },
      (reply) => {
        text = reply.kind === 'text' ? reply.text.trim() : '';
        const missing = say(findingMessages, language, { message: 'absent' });
        return Promise.resolve(text === '' ? [{ level: 'wrong', text: missing }] : []);
      },
    );
  } finally {
    prompter.close();
  }
  if (text === '') throw cliError('usage', { detail: 'the answer is empty' });
  return text;
}

function questionIn({ thread, note }: RegistrationView): string {
  return thread.findLast(({ from }) => from === 'reviewer')?.text ?? note ?? '';
}

function describe(
  { view }: StoredRegistration,
  { text, fields }: CaseAnswer,
  { operator, origin }: Anchor,
): readonly Line[] {
  const question = questionIn(view);
  const rows = [
    ...lines('  Answer', text.trim()),
    ...Object.entries(fields).map(
      ([name, value]) => [`  ${name}`, value === '' ? '(taken away)' : value] as const,
    ),
  ];
  return [
    strong('The gateway asks:'),
    ...question.split(/\r?\n/).map((line) => `  ${line}`),
    strong(`This is sent to ${operator.legal_name} (${origin}):`),
    ...table(rows),
    `They keep it as they say: ${operator.retention}.`,
  ];
}

function lines(name: string, text: string): readonly (readonly [string, string])[] {
  return text.split(/\r?\n/).map((line, index) => [index === 0 ? name : '', line] as const);
}
