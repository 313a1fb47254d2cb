import { answerQuestion, type CaseAnswer } from '#client/registration/answer.ts';
import { follow } from '#client/registration/follow.ts';
import type { StoredRegistration } from '#client/registration/stored-registration.ts';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import { strong, type Answer, type Line } from '../answer.ts';
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
  /** - for standard input. */
  readonly text: string;
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
  const answer: CaseAnswer = { text: await readText(surroundings, text), fields };
  if (answer.text.trim() === '') throw cliError('usage', { detail: 'the answer is empty' });
  const { registration } = await withProgress(terminal, 'Asking the gateway', () =>
    follow(client, found.registration, { certificate: 'never' }),
  );
  const anchor = await operatorOf(surroundings, registration);
  if (registration.view.state === 'needs_information') {
    const preview = describe(registration, answer, anchor);
    await requireConsent(surroundings, { preview, question: 'Send this answer?', isGiven: consent });
  }
  const answered = await withProgress(terminal, `Sending it to ${anchor.origin}`, () =>
    answerQuestion(client, registration, answer),
  );
  return followedAnswer(plain(answered), anchor.operator.contact);
}

function describe(
  { view }: StoredRegistration,
  { text, fields }: CaseAnswer,
  { operator, origin }: Anchor,
): readonly Line[] {
  const question = view.thread.findLast(({ from }) => from === 'reviewer')?.text ?? view.note ?? '';
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
