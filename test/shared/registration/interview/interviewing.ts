import type { AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import { giveAnswer, giveFiles, type Taken } from '#shared/registration/interview/give-answer.ts';
import { nextQuestion } from '#shared/registration/interview/next-question.ts';
import type { Question } from '#shared/registration/interview/question.ts';
import { startInterview, type Interview } from '#shared/registration/interview/state.ts';
import { smallProfile } from '../authority-profile/small-profile.ts';

export function interviewOn(
  profile: AuthorityProfile = smallProfile(),
  changes: Partial<Interview> = {},
): Interview {
  return {
    ...{ profile, state: startInterview(profile), known: { fields: {}, documents: {} } },
    ...{ address: undefined, publicAddress: undefined, language: 'en' },
    ...changes,
  };
}

/** undefined: there is nothing to ask any more. */
export function asked(interview: Interview): Question | undefined {
  const step = nextQuestion(interview);
  return step.kind === 'question' ? step.question : undefined;
}

/** Answers the next question; throws where the answer is refused. Files are given as `kind:identifier`, by blanks. */
export function answered(interview: Interview, text: string): Interview {
  const taken = given(interview, text);
  if (taken.kind === 'refused') throw new Error(taken.said.map((said) => said.text).join(' '));
  return { ...interview, state: taken.state };
}

export function given(interview: Interview, text: string): Taken {
  const question = asked(interview);
  if (question === undefined) throw new Error(`nothing is asked: ${text}`);
  if (question.kind !== 'files' || text === '') return giveAnswer(interview, question, text);
  const files = text.split(' ').map((file) => {
    const [kind = '', id = ''] = file.split(':');
    return { kind, id };
  });
  return giveFiles(interview, question, files);
}

/** Answers by question until nothing is asked any more: what was asked, in order. */
export function answerAll(
  interview: Interview,
  answers: Readonly<Record<string, string>>,
): { readonly ids: readonly string[]; readonly interview: Interview } {
  const ids: string[] = [];
  let now = interview;
  for (let question = asked(now); question !== undefined; question = asked(now)) {
    const { id } = question;
    const answer = answers[id];
    if (answer === undefined) throw new Error(`${id} is asked, and nothing is known to say`);
    ids.push(id);
    if (ids.length > 50) throw new Error(`endless: ${ids.join(' ')}`);
    now = answered(now, answer);
  }
  return { ids, interview: now };
}
