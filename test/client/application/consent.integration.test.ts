import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { answerWithFiles } from '#client/application/answer.ts';
import { stepOf } from '#client/application/step.ts';
import { beginWork, interviewOf } from '#client/application/work.ts';
import { questionNamed } from '#shared/registration/interview/next-question.ts';
import { pdfOf } from '#test/shared/document/samples.ts';
import { useTestClient } from '../registration/test-client.ts';
import { answerAll, applicationContext, firmAnswers } from './applying.ts';

const world = useTestClient();

it('covers the very files: others of the same name, type and size need a consent of their own', async () => {
  const folder = world.context.configDirectory;
  const first = await beginWork(applicationContext(world.context), { rules: undefined });
  const { work, step } = await answerAll(first, firmAnswers(folder));
  expect(step.kind).toBe('send');
  const before = pdfOf('card');
  const after = pdfOf('CARD');
  expect(after.length).toBe(before.length);
  const card = join(folder, 'card.pdf');
  const question = questionNamed(interviewOf(work), 'document.card');
  if (question === undefined) throw new Error('no card is asked for');
  const giveCard = async (of: typeof work) => {
    const answered = await answerWithFiles(of, question, [{ path: card }]);
    if (answered.kind !== 'taken') throw new Error(JSON.stringify(answered));
    return answered.work;
  };
  const same = await giveCard(work);
  expect((await stepOf(same)).kind).toBe('send');
  writeFileSync(card, after);
  const asked = await stepOf(await giveCard(same));
  expect(asked).toMatchObject({ question: { id: 'consent' } });
  if (asked.kind !== 'question') throw new Error('nothing is asked');
  expect(asked.preview?.recipients[0]?.documents[0]).toMatchObject({
    ...{ value: 'card.pdf', contentType: 'application/pdf', size: after.length },
  });
});
