import { applicationError } from '#client/application/application-problem.ts';
import { finishForPortal, sendApplication } from '#client/application/send.ts';
import { stepOf } from '#client/application/step.ts';
import { profilesHere } from '#client/application/profile-source.ts';
import type { ApplicationContext, Work } from '#client/application/work.ts';
import type { Language } from '#shared/text/language.ts';
import { faint, strong, type Answer } from '../answer.ts';
import { words } from '../ask/question-lines.ts';
import type { Surroundings } from '../surroundings.ts';
import { withProgress } from '../terminal/progress.ts';
import { followedAnswer, plain } from './follow-answer.ts';
import { waitForDecision } from './wait-for-decision.ts';

export function applicationContext(
  { client, profiles = profilesHere(client) }: Surroundings,
  language: Language,
): ApplicationContext {
  return { client, profiles, language };
}

interface FinishOptions {
  readonly wait: boolean;
  /** How many questions were put. */
  readonly asked: number;
}

/** Sends what was consented to, or makes it ready for the portal. */
export async function finishApplication(
  surroundings: Surroundings,
  work: Work,
  { wait, asked }: FinishOptions,
): Promise<Answer> {
  const { terminal } = surroundings;
  const { language } = work.context;
  const step = await stepOf(work);
  const count = asked === 0 ? [] : [faint(words(language, 'asked_count', { count: asked }))];
  if (step.kind === 'question') throw applicationError('application_unfinished');
  if (step.kind === 'finished') throw applicationError('application_unknown');
  if (step.kind === 'file') {
    const { draft, profile } = await finishForPortal(work);
    const url = profile.document.portal?.url ?? profile.document.authority.website;
    return {
      json: { application: { id: draft.id, channel: 'portal' }, questions: asked },
      lines: [...count, strong(words(language, 'portal_next', { url }))],
    };
  }
  const { registration } = await withProgress(terminal, step.office.origin, (progress) =>
    sendApplication(work, {
      office: step.office,
      onProgress: (done, of) => progress.note(words(language, 'sending', { done: done + 1, of })),
    }),
  );
  terminal.tell(count);
  const answer = wait
    ? await waitForDecision(surroundings, plain(registration))
    : followedAnswer(plain(registration), step.office.operator.contact);
  return { ...answer, json: { ...answer.json, questions: asked } };
}
