import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerWith, answerWithFiles, type Answered } from '#client/application/answer.ts';
import { stepOf, type FlowStep } from '#client/application/step.ts';
import type { ApplicationContext, Work } from '#client/application/work.ts';
import type { ClientContext } from '#client/client-context.ts';
import type { AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import { smallProfile } from '#test/shared/registration/authority-profile/small-profile.ts';
import { pdfOf } from '#test/shared/document/samples.ts';

/** The small profile, at a registration office or its portal; documents go as they are. */
export const officeProfile = smallProfile({
  channels: [
    { kind: 'gateway', note: { en: 'They help.' } },
    { kind: 'portal', note: { en: 'You file it.' } },
  ],
  portal: {
    ...{ name: { en: 'Portal' }, url: 'https://office.example/apply', steps: [{ en: 'Apply.' }] },
    ...{ form: [{ label: 'Number', field: 'number' }], reference: { en: 'number' } },
  },
  documents: smallProfile().document.documents.map((one) => ({ ...one, stamped: false })),
});

export function applicationContext(
  client: ClientContext,
  profile: AuthorityProfile = officeProfile,
): ApplicationContext {
  return {
    client,
    language: 'en',
    profiles: { offered: () => Promise.resolve([profile]) },
    sight: { own: () => [], router: () => Promise.resolve(undefined) },
  };
}

/** By question; of files the paths. */
export type Answers = Readonly<Record<string, string | readonly string[]>>;

/** What a firm answers that has a fixed address; the files lie in `folder` then. */
export function firmAnswers(folder: string): Answers {
  const [card, letter] = [join(folder, 'card.pdf'), join(folder, 'letter.pdf')];
  writeFileSync(card, pdfOf('card'));
  writeFileSync(letter, pdfOf('letter'));
  return {
    ...{ tunnel: 'office', channel: 'office:test', 'finder.where': 'office', address: 'fixed' },
    ...{ applicant: 'yes', 'field.number': '12345', 'field.sources': '39.32.10.1', 'field.tax': 'no' },
    ...{ 'field.purpose': 'Our branch offices', 'document.card': [card], 'document.proof': [letter] },
    ...{ declaration: 'yes', consent: 'yes' },
  };
}

/** Answers one question. */
export async function answerStep(
  work: Work,
  { question }: Extract<FlowStep, { kind: 'question' }>,
  answers: Answers,
): Promise<Answered> {
  const answer = answers[question.id];
  if (answer === undefined) throw new Error(`${question.id} is asked, and nothing is known to say`);
  if (typeof answer === 'string') return await answerWith(work, question, answer);
  return await answerWithFiles(
    work,
    question,
    answer.map((path) => ({ path })),
  );
}

/** Answers everything that is asked: what is to be done then. */
export async function answerAll(
  first: Work,
  answers: Answers,
): Promise<{
  readonly work: Work;
  readonly step: Exclude<FlowStep, { kind: 'question' }>;
  readonly asked: readonly string[];
}> {
  let work = first;
  const asked: string[] = [];
  for (;;) {
    const step = await stepOf(work);
    if (step.kind !== 'question') return { work, step, asked };
    asked.push(step.question.id);
    const answered = await answerStep(work, step, answers);
    if (answered.kind !== 'taken') throw new Error(`${step.question.id}: ${JSON.stringify(answered)}`);
    ({ work } = answered);
  }
}
