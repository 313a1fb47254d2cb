import { follow, type Followed } from '#client/registration/follow.ts';
import { covers } from '#client/registration/read-certificate.ts';
import { registrationError } from '#client/registration/registration-problem.ts';
import { RegistrationStore } from '#client/registration/registration-store.ts';
import type { StoredRegistration } from '#client/registration/stored-registration.ts';
import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import { problemLines, type Answer, type Line } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { describeRegistration, registrationJson } from '../terminal/describe-registration.ts';
import { withProgress } from '../terminal/progress.ts';

/** Asks the gateway anew; fetches the certificate once there is one. Without a name: all of them. */
export async function registrationShowCommand(
  surroundings: Surroundings,
  named: string | undefined,
): Promise<Answer> {
  const { client, terminal } = surroundings;
  const chosen = named === undefined ? undefined : await find(surroundings, named);
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

/** By identifier, or the newest that covers the tunnel or was made for it. */
async function find({ client }: Surroundings, named: string): Promise<StoredRegistration> {
  const all = await new RegistrationStore(client.configDirectory).all();
  const tunnel = (await new TunnelStore(client).all()).find(({ name }) => name === named);
  const found =
    all.find(({ view }) => view.id === named) ??
    all.find((one) => tunnel !== undefined && covers(one.view.endpoints, tunnel)) ??
    all.find((one) => one.tunnel === named);
  if (found === undefined) throw registrationError('registration_unknown_here');
  return found;
}
