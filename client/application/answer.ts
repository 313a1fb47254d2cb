import { randomUUID } from 'node:crypto';
import { goBack } from '#shared/registration/interview/state.ts';
import { giveAnswer, giveFiles, type Taken } from '#shared/registration/interview/give-answer.ts';
import { nextQuestion } from '#shared/registration/interview/next-question.ts';
import type { Question, Said } from '#shared/registration/interview/question.ts';
import { findingMessages } from '#shared/text/finding/index.ts';
import { say } from '#shared/text/say.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { importConf, readConf, tunnelNameOf } from '../tunnel/import-conf.ts';
import { TunnelStore } from '../tunnel/tunnel-store.ts';
import type { ApplicationDraft } from './draft.ts';
import { takeInFiles, type OfferedFile } from './files.ts';
import { previewOf } from './preview.ts';
import { channelOf, channelsOf, declarationText, digestOf } from './step.ts';
import { isAsSubmitted } from './submitted.ts';
import { interviewOf, keep, underRulesOf, type Work } from './work.ts';

/** What became of an answer. One that was taken lies on the disk; one that was refused has changed nothing. */
export type Answered =
  | { readonly kind: 'taken'; readonly work: Work; readonly said: readonly Said[] }
  | { readonly kind: 'refused'; readonly said: readonly Said[] }
  /** The person wants to change something before sending it. */
  | { readonly kind: 'change' }
  /** The person does not want to go on. */
  | { readonly kind: 'stopped' };

/** Takes an answer in words. */
export async function answerWith(work: Work, question: Question, text: string): Promise<Answered> {
  switch (question.id) {
    case 'tunnel':
      return await chooseTunnel(work, text);
    case 'channel':
      return await chooseChannel(work, text);
    case 'declaration':
      return await declare(work, text);
    case 'consent':
      return await consent(work, text);
    default:
      return await kept(work, giveAnswer(interviewOf(work), question, text));
  }
}

/** Takes files, looked at one by one; where one is refused none is taken. */
export async function answerWithFiles(
  work: Work,
  question: Question,
  files: readonly OfferedFile[],
): Promise<Answered> {
  const { given, said } = await takeInFiles(work, question, files);
  if (given === undefined) return { kind: 'refused', said };
  const answered = await kept(work, giveFiles(interviewOf(work), question, given));
  return answered.kind === 'taken' ? { ...answered, said: [...said, ...answered.said] } : answered;
}

/** Takes the last answer back. The same work where there is none, or where an office has it already. */
export async function stepBack(work: Work): Promise<Work> {
  const change = lastAnswer(work.draft);
  return change === undefined || (await wouldDiffer(work, change)) ? work : await keep(work, change);
}

function lastAnswer(draft: ApplicationDraft): Partial<ApplicationDraft> | undefined {
  if (draft.consent !== null) return { consent: null };
  if (draft.declaration !== null) return { declaration: null };
  const interview = goBack(draft.interview);
  if (interview !== draft.interview) return { interview };
  if (draft.channel !== null) return { channel: null };
  return draft.tunnel === null ? undefined : { tunnel: null };
}

async function kept(work: Work, taken: Taken): Promise<Answered> {
  if (taken.kind === 'refused') return taken;
  return await keptUnlessSent(work, { interview: taken.state }, taken.said);
}

/** What an office has been sent is not changed here: it would be shown, agreed to, and never reach it. */
async function keptUnlessSent(
  work: Work,
  change: Partial<ApplicationDraft>,
  said: readonly Said[] = [],
): Promise<Answered> {
  if (await wouldDiffer(work, change)) return refusedAs(work, 'already_sent');
  return { kind: 'taken', work: await keep(work, change), said };
}

async function wouldDiffer(work: Work, change: Partial<ApplicationDraft>): Promise<boolean> {
  if (work.draft.registration === null) return false;
  const changed = { ...work, draft: { ...work.draft, ...change } };
  const channel = channelOf(changed, await channelsOf(changed));
  return channel === undefined || !(await isAsSubmitted(changed, channel.id));
}

/** One that there is, or a .conf file to take in. */
async function chooseTunnel(work: Work, text: string): Promise<Answered> {
  const { client } = work.context;
  const named = text.trim();
  if (named === '') return refusedAs(work, 'absent');
  const tunnels = await new TunnelStore(client).all();
  if (tunnels.some(({ name }) => name === named)) {
    return await keptUnlessSent(work, { tunnel: named });
  }
  try {
    const imported = await importConf(client, { text: await readConf(named), name: tunnelNameOf(named) });
    if (imported.kind === 'rejected') {
      const said = imported.problems.map(({ line, reason }) => wrong(`${String(line)}: ${reason}`));
      return { kind: 'refused', said };
    }
    const said = imported.dropped.map(({ line, key, reason }): Said => ({
      level: 'odd',
      text: `${String(line)}: ${key}. ${reason}`,
    }));
    return await keptUnlessSent(work, { tunnel: imported.tunnel.name }, said);
  } catch (cause) {
    // What can be put right by another answer; a keychain that is locked cannot.
    if (!(cause instanceof SanadError && cause.problem.kind === 'usage')) throw cause;
    return { kind: 'refused', said: [wrong(cause.problem.reason)] };
  }
}

/** The only one there is may be said, too, although it is not asked for. */
async function chooseChannel(work: Work, text: string): Promise<Answered> {
  const channels = await channelsOf(work);
  const chosen = text.trim();
  if (channels.some(({ id }) => id === chosen)) {
    const under = await underRulesOf(work, chosen);
    return await keptUnlessSent(under, { channel: chosen });
  }
  return refusedAs(work, 'not_a_choice', { choices: channels.map(({ id }) => id).join(', ') });
}

async function declare(work: Work, text: string): Promise<Answered> {
  const answer = text.trim();
  if (answer === 'no') return { kind: 'stopped' };
  if (answer !== 'yes') return refusedAs(work, 'not_a_choice', { choices: 'yes, no' });
  const declaration = { text: declarationText(work), given_at: work.context.client.now() };
  return { kind: 'taken', work: await keep(work, { declaration }), said: [] };
}

/** To exactly what is shown: as it is by now. */
async function consent(work: Work, text: string): Promise<Answered> {
  const answer = text.trim();
  if (answer === 'no') return { kind: 'stopped' };
  if (answer === 'change') return { kind: 'change' };
  if (answer !== 'yes') return refusedAs(work, 'not_a_choice', { choices: 'yes, change, no' });
  const step = nextQuestion(interviewOf(work));
  const channel = channelOf(work, await channelsOf(work));
  if (step.kind !== 'ready' || channel === undefined) return refusedAs(work, 'absent');
  const preview = await previewOf(work, { verdict: step.verdict, office: channel.office });
  const given = {
    ...{ text: preview.consent, given_at: work.context.client.now() },
    ...{ shown: digestOf(preview), key: randomUUID() },
  };
  return { kind: 'taken', work: await keep(work, { consent: given }), said: [] };
}

function refusedAs(
  { context: { language } }: Work,
  message: 'absent' | 'not_a_choice' | 'already_sent',
  values: Readonly<Record<string, string>> = {},
): Answered {
  return { kind: 'refused', said: [wrong(say(findingMessages, language, { message, values }))] };
}

function wrong(text: string): Said {
  return { level: 'wrong', text };
}
