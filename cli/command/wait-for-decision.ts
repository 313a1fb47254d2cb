import type { Followed } from '#client/registration/follow.ts';
import { watchRegistration } from '#client/registration/watch.ts';
import type { Answer } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { isSettled } from '../terminal/registration-state.ts';
import { withProgress } from '../terminal/progress.ts';
import { followedAnswer, operatorOf, problemOfDecision } from './follow-answer.ts';

/** Waits until it is decided or the person is asked something. Ctrl-C ends the waiting, not the case. */
export async function waitForDecision(surroundings: Surroundings, first: Followed): Promise<Answer> {
  const followed = await withProgress(
    surroundings.terminal,
    'Waiting for the decision (Ctrl-C ends the waiting only)',
    async (progress) =>
      await firstSettled(surroundings, first, ({ reason }) => {
        progress.note(`${reason} Trying again`);
      }),
  );
  const { operator } = await operatorOf(surroundings, followed.registration);
  const problem = problemOfDecision(followed.registration);
  return { ...followedAnswer(followed, operator.contact), ...(problem === undefined ? {} : { problem }) };
}

async function firstSettled(
  { client }: Surroundings,
  first: Followed,
  onLost: (problem: { readonly reason: string }) => void,
): Promise<Followed> {
  if (isSettled(first.registration.view.state)) return first;
  const done = new AbortController();
  const options = { signal: done.signal, onLost, random: Math.random };
  let last = first;
  for await (const followed of watchRegistration(client, first.registration, options)) {
    last = followed;
    if (isSettled(followed.registration.view.state)) done.abort();
  }
  return last;
}
