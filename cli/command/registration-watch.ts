import { follow, type Followed } from '#client/registration/follow.ts';
import { watchRegistration } from '#client/registration/watch.ts';
import { faint, type Answer } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { moment } from '../terminal/words.ts';
import { findRegistration } from './find-registration.ts';
import { followedJson, followedLines, operatorOf } from './follow-answer.ts';
import { waitForDecision } from './wait-for-decision.ts';

interface WatchOptions {
  readonly named: string;
  /** Until there is a decision, or a question, and then say how it ended. */
  readonly wait: boolean;
  readonly isJson: boolean;
}

/** Says where a case stands now and at every change. With --json a line each. */
export async function registrationWatchCommand(
  surroundings: Surroundings,
  { named, wait, isJson }: WatchOptions,
): Promise<Answer | undefined> {
  const { client, terminal, onInterrupt } = surroundings;
  const { registration } = await findRegistration(surroundings, named);
  // A gateway that is not there is said at once; only later it is waited for.
  const first = await follow(client, registration);
  if (wait) return await waitForDecision(surroundings, first);
  const interruption = new AbortController();
  const release = onInterrupt(() => interruption.abort());
  const { operator } = await operatorOf(surroundings, registration);
  const show = (followed: Followed): void => {
    if (isJson) terminal.sayJson({ ok: true, ...followedJson(followed) });
    else terminal.say([faint(moment(client.now())), ...followedLines(followed, operator.contact)]);
  };
  const options = {
    signal: interruption.signal,
    random: Math.random,
    onLost: ({ reason }: { readonly reason: string }) => terminal.tell([faint(`${reason} Trying again …`)]),
  };
  show(first);
  let shown = JSON.stringify(followedJson(first));
  for await (const followed of watchRegistration(client, first.registration, options)) {
    // After every new connection the gateway says what it has said before.
    const said = JSON.stringify(followedJson(followed));
    if (said !== shown) show(followed);
    shown = said;
  }
  release();
  return undefined;
}
