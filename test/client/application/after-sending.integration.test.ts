import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerWith, answerWithFiles, stepBack } from '#client/application/answer.ts';
import { sendApplication } from '#client/application/send.ts';
import { stepOf } from '#client/application/step.ts';
import { beginWork, interviewOf, keep, resumeWork, type Work } from '#client/application/work.ts';
import { questionNamed } from '#shared/registration/interview/next-question.ts';
import type { Question } from '#shared/registration/interview/question.ts';
import { pdfOf } from '#test/shared/document/samples.ts';
import { smallProfile } from '#test/shared/registration/authority-profile/small-profile.ts';
import { useTestClient } from '../registration/test-client.ts';
import { answerAll, applicationContext, firmAnswers, officeProfile } from './applying.ts';
import { openSmallOffice, type SmallOffice } from './small-office.ts';

const world = useTestClient();
const context = () => applicationContext(world.context);

function question(work: Work, id: string): Question {
  const found = questionNamed(interviewOf(work), id);
  if (found === undefined) throw new Error(`${id} is not asked`);
  return found;
}

async function send(work: Work): Promise<Work> {
  const step = await stepOf(work);
  if (step.kind !== 'send') throw new Error(`nothing is sent: ${step.kind}`);
  return (await sendApplication(work, step)).work;
}

/** The office has the application; its first document did not arrive. Resumed, as the next day. */
async function sentButADocument(): Promise<{ readonly office: SmallOffice; readonly work: Work }> {
  const office = openSmallOffice(world);
  office.isFull = true;
  const { work } = await answerAll(
    await beginWork(context(), { rules: undefined }),
    firmAnswers(world.context.configDirectory),
  );
  await expect(send(work)).rejects.toMatchObject({ problem: { code: 'storage_full' } });
  expect(office.submitted.size).toBe(1);
  office.isFull = false;
  return { office, work: await resumeWork(context(), work.draft.id) };
}

describe('an application that the office has, and whose documents are still to come', () => {
  it('goes on with its documents', async () => {
    const { office, work } = await sentButADocument();
    expect((await send(work)).draft.finished_at).not.toBeNull();
    expect([...office.documents.values()].map(({ kind }) => kind)).toEqual(['card', 'letter']);
  });

  it('takes no other answer: that would be shown and agreed to, and never reach the office', async () => {
    const { office, work } = await sentButADocument();
    const changed = await answerWith(work, question(work, 'field.purpose'), 'Something else entirely');
    expect(changed).toMatchObject({ kind: 'refused', said: [{ level: 'wrong' }] });
    expect('said' in changed && changed.said[0]?.text).toContain('sanad registration amend');
    expect((await stepOf(await resumeWork(context(), work.draft.id))).kind).toBe('send');
    expect(office.received[0]?.fields['purpose']).toBe('Our branch offices');
  });

  it('takes the same answer again, and another document with a new consent', async () => {
    const { work } = await sentButADocument();
    const same = await answerWith(work, question(work, 'field.purpose'), 'Our branch offices');
    if (same.kind !== 'taken') throw new Error(JSON.stringify(same));
    const letter = join(world.context.configDirectory, 'other.pdf');
    writeFileSync(letter, pdfOf('another letter'));
    const files = await answerWithFiles(same.work, question(work, 'document.proof'), [{ path: letter }]);
    if (files.kind !== 'taken') throw new Error(JSON.stringify(files));
    expect(await stepOf(files.work)).toMatchObject({ question: { id: 'consent' } });
  });

  it('takes the consent back, but nothing that was sent', async () => {
    const { work } = await sentButADocument();
    const back = await stepBack(await stepBack(work));
    expect(back.draft).toMatchObject({ consent: null, declaration: null });
    let last = back;
    for (let steps = 0; steps < 40; steps += 1) last = await stepBack(last);
    expect(last.draft.interview.answers).toMatchObject({ 'field.purpose': 'Our branch offices' });
    expect(last.draft.tunnel).toBe('office');
  });

  it('asks for no consent to what newer rules or a change behind its back make of it', async () => {
    const { work } = await sentButADocument();
    const newer = smallProfile({ ...officeProfile.document, version: officeProfile.document.version + 1 });
    const resumed = await resumeWork(applicationContext(world.context, newer), work.draft.id);
    const refused = { problem: { code: 'application_sent' } };
    await expect(stepOf(resumed)).rejects.toMatchObject(refused);
    const interview = {
      ...work.draft.interview,
      answers: { ...work.draft.interview.answers, 'field.purpose': 'Other' },
    };
    const meddled = await keep(work, { interview });
    await expect(stepOf(meddled)).rejects.toMatchObject(refused);
    const office = world.gateway.anchor;
    await expect(sendApplication(meddled, { office })).rejects.toMatchObject(refused);
  });
});
