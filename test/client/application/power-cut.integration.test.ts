import { readdirSync, rmSync } from 'node:fs';
import type * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApplicationStore } from '#client/application/application-store.ts';
import type { ApplicationDraft } from '#client/application/draft.ts';
import { sendApplication } from '#client/application/send.ts';
import { stepOf } from '#client/application/step.ts';
import { beginWork, keep, lastUnfinished, resumeWork, type Work } from '#client/application/work.ts';
import { useTestClient } from '../registration/test-client.ts';
import { answerStep, applicationContext, firmAnswers, type Answers } from './applying.ts';
import { power } from './power-cut.ts';
import { openSmallOffice } from './small-office.ts';

vi.mock('node:fs/promises', async (original) => {
  const { onPower } = await import('./power-cut.ts');
  return onPower(await original<typeof fs>());
});

const world = useTestClient();
afterEach(() => power.on());

const context = () => applicationContext(world.context);

/** As after a restart: nothing is known but what is on the disk. */
async function fromDisk(): Promise<Work> {
  const unfinished = await lastUnfinished(new ApplicationStore(world.context));
  return unfinished === undefined
    ? await beginWork(context(), { rules: undefined })
    : await resumeWork(context(), unfinished.id);
}

/** Answers one question, or sends; whether it was finished by that. */
async function goOn(answers: Answers): Promise<boolean> {
  const work = await fromDisk();
  const step = await stepOf(work);
  if (step.kind === 'question') {
    await answerStep(work, step, answers);
    return false;
  }
  if (step.kind !== 'send') throw new Error(`nothing is sent: ${step.kind}`);
  await sendApplication(work, step);
  return true;
}

/** A dead process holds its lock until that is taken over; here half a minute passes at once. */
function letLocksGrowOld(directory: string): void {
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.lock')) rmSync(join(directory, name));
  }
}

/** How much of an application there is. */
function weightOf(draft: ApplicationDraft | undefined): number {
  if (draft === undefined) return 0;
  const { interview, declaration, consent, registration, finished_at: finished } = draft;
  const later = [draft.tunnel, draft.channel, declaration, consent, registration, finished];
  return interview.order.length + later.filter((one) => one !== null).length;
}

describe('a power cut at any change of the disk', () => {
  it('leaves the last kept answer whole, sends nothing twice and leaves nothing out', async () => {
    const office = openSmallOffice(world);
    const answers = firmAnswers(world.context.configDirectory);
    const store = new ApplicationStore(world.context);
    let cuts = 0;
    let kept = 0;
    for (let isFinished = false, changes = 0; !isFinished;) {
      power.cutAfter(changes);
      const outcome = await goOn(answers).catch((cause: unknown) => cause);
      const isCut = power.isOff;
      power.on();
      letLocksGrowOld(world.context.configDirectory);
      const { drafts, damaged } = await store.drafts();
      // Whole, and never less than was there before.
      expect(damaged).toBe(0);
      expect(drafts.length).toBeLessThanOrEqual(1);
      expect(weightOf(drafts[0])).toBeGreaterThanOrEqual(kept);
      if (isCut) cuts += 1;
      else if (outcome instanceof Error) throw outcome;
      isFinished = outcome === true || typeof drafts[0]?.finished_at === 'number';
      // An answer that got through entirely: from there on cut again, earliest first.
      changes = isCut && weightOf(drafts[0]) === kept ? changes + 1 : 0;
      kept = weightOf(drafts[0]);
      if (cuts > 1000) throw new Error('no progress');
    }
    console.info(`power cut ${cuts} times`);
    expect(cuts).toBeGreaterThan(60);
    const { profile, fields, consent } = office.received[0] ?? {};
    expect(profile).toBe('xx-small@3');
    expect(fields).toMatchObject({ number: '12345', purpose: 'Our branch offices' });
    expect(consent?.text).toContain('I state that this is true.');
    expect(office.submitted.size).toBe(1);
    expect([...office.documents.values()].map(({ kind }) => kind)).toEqual(['card', 'letter']);
  });

  it('shows when it has been handed in which words were agreed to, and remembers the applicant', async () => {
    openSmallOffice(world);
    const answers = firmAnswers(world.context.configDirectory);
    while (!(await goOn(answers)));
    const store = new ApplicationStore(world.context);
    const [draft] = (await store.drafts()).drafts;
    expect(draft?.declaration?.text).toBe('I state that this is true.');
    expect(draft?.consent?.text).toContain('to take this registration');
    expect(await store.applicant('xx-small')).toMatchObject({ fields: { number: '12345', tax: 'no' } });
  });

  it('lets no window overwrite what another one has kept', async () => {
    const one = await keep(await fromDisk(), { tunnel: 'office' });
    await keep(one, { channel: 'portal' });
    await expect(keep(one, { channel: 'office:test' })).rejects.toMatchObject({
      problem: { code: 'application_elsewhere' },
    });
  });
});
