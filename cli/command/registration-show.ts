import { follow, type Followed } from '#client/registration/follow.ts';
import { RegistrationStore } from '#client/registration/registration-store.ts';
import { problemLines, type Answer, type Line } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { describeRegistration, registrationJson } from '../terminal/describe-registration.ts';
import { withProgress } from '../terminal/progress.ts';
import { findRegistration } from './find-registration.ts';

/** Asks the gateway anew; fetches the certificate once there is one. Without a name: all of them. */
export async function registrationShowCommand(
  surroundings: Surroundings,
  named: string | undefined,
): Promise<Answer> {
  const { client, terminal } = surroundings;
  const chosen = named === undefined ? undefined : (await findRegistration(surroundings, named)).registration;
  return await withProgress(terminal, 'Asking the gateway', async () => {
    if (chosen !== undefined) return followedAnswer(await follow(client, chosen));
    const all = await new RegistrationStore(client.configDirectory).all();
    const followed: Followed[] = [];
    for (const registration of all) followed.push(await follow(client, registration));
    const lines = all.length === 0 ? ['You have no registration. Make one: sanad register NAME'] : [];
    return {
      json: { registrations: followed.map(({ registration }) => registrationJson(registration)) },
      lines: [...lines, ...followed.flatMap((one) => [...describe(one), ''])],
    };
  });
}

export function followedAnswer(followed: Followed): Answer {
  const { registration, delivery } = followed;
  return { json: { registration: registrationJson(registration), delivery }, lines: describe(followed) };
}

function describe({ registration, delivery }: Followed): readonly Line[] {
  const warning = delivery === null ? [] : problemLines(delivery, 'On this computer: ');
  return [...describeRegistration(registration), ...warning];
}
