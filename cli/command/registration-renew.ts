import { follow, type Followed } from '#client/registration/follow.ts';
import { readClaims } from '#client/registration/read-certificate.ts';
import { registrationError } from '#client/registration/registration-problem.ts';
import { RegistrationStore } from '#client/registration/registration-store.ts';
import type { StoredRegistration } from '#client/registration/stored-registration.ts';
import type { Problem } from '#shared/contract/problem.ts';
import { faint, good, type Answer, type Line } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { registrationJson } from '../terminal/describe-registration.ts';
import { stateWords } from '../terminal/registration-state.ts';
import { withProgress } from '../terminal/progress.ts';
import { day } from '../terminal/words.ts';
import { findRegistration } from './find-registration.ts';

/**
 * Asks for new certificates by hand; connecting does it by itself when one nears its end. A tunnel that runs on one
 * gets the new one without being touched.
 */
export async function registrationRenewCommand(
  surroundings: Surroundings,
  named: string | undefined,
): Promise<Answer> {
  const { client, terminal } = surroundings;
  const chosen = await chosenOnes(surroundings, named);
  return await withProgress(terminal, 'Asking the gateway', async () => {
    const followed: Followed[] = [];
    for (const registration of chosen)
      followed.push(await follow(client, registration, { certificate: 'renew' }));
    const lines = followed.flatMap(describe);
    const problem = problemOf(followed, named);
    return {
      json: { renewed: followed.map(summary) },
      lines: lines.length === 0 ? ['You have no registration. Make one: sanad register NAME'] : lines,
      ...(problem === null ? {} : { problem }),
    };
  });
}

async function chosenOnes(
  surroundings: Surroundings,
  named: string | undefined,
): Promise<readonly StoredRegistration[]> {
  if (named !== undefined) return [(await findRegistration(surroundings, named)).registration];
  return await new RegistrationStore(surroundings.client.configDirectory).all();
}

/** Of several, those without a certificate are not what was meant; the one that was named is. */
function problemOf(followed: readonly Followed[], named: string | undefined): Problem | null {
  const [only] = followed;
  if (named !== undefined && only !== undefined && only.registration.view.state !== 'attested') {
    return registrationError('certificate_unavailable', stateWords(only.registration.view)).problem;
  }
  return followed.find(({ delivery }) => delivery !== null)?.delivery ?? null;
}

function summary({ registration, isRenewed, handedTo, delivery }: Followed): object {
  return { registration: registrationJson(registration), isNew: isRenewed, handedTo, delivery };
}

function describe({ registration, isRenewed, handedTo, delivery }: Followed): readonly Line[] {
  const { tunnel, view, certificate } = registration;
  const claims = certificate === null ? undefined : readClaims(certificate);
  if (view.state !== 'attested' || claims === undefined) {
    return [faint(`${tunnel}: there is no certificate to renew; the registration is ${stateWords(view)}.`)];
  }
  const until = day(claims.exp);
  if (delivery !== null && !isRenewed) return [`${tunnel}: the certificate is as it was, until ${until}.`];
  if (!isRenewed) {
    return [`${tunnel}: the gateway gave the same certificate again; it is young, and lasts until ${until}.`];
  }
  const running = handedTo === null ? [] : [`  The running tunnel "${handedTo}" has it; nothing was cut.`];
  return [good(`${tunnel}: a new certificate, until ${until}.`), ...running];
}
