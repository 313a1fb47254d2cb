import { follow } from '#client/registration/follow.ts';
import { registrationError } from '#client/registration/registration-problem.ts';
import { submit, type Application } from '#client/registration/submit.ts';
import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import { strong, type Answer, type Line } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { withProgress } from '../terminal/progress.ts';
import { stateWords } from '../terminal/registration-state.ts';
import { previewApplication } from './application.ts';
import { requireConsent } from './confirm.ts';
import { findRegistration } from './find-registration.ts';
import { followedAnswer, operatorOf, plain } from './follow-answer.ts';
import { waitForDecision } from './wait-for-decision.ts';

interface AmendOptions {
  readonly named: string;
  /** Whose VPN servers it is to cover; the same as before where none is named. */
  readonly tunnel: string | undefined;
  readonly route: string | undefined;
  readonly category: string | undefined;
  /** What differs from what was given before; an empty text takes a field away. */
  readonly fields: Readonly<Record<string, string>>;
  readonly consent: boolean;
  readonly wait: boolean;
}

/** Registers what has changed, as a case of its own; what was confirmed stands until that one is. */
export async function registrationAmendCommand(
  surroundings: Surroundings,
  options: AmendOptions,
): Promise<Answer> {
  const { client, terminal } = surroundings;
  const found = await findRegistration(surroundings, options.named);
  const { registration: amends } = await withProgress(terminal, 'Asking the gateway', () =>
    follow(client, found.registration, { certificate: 'never' }),
  );
  const { view } = amends;
  if (view.state !== 'attested') throw registrationError('amendment_needs_attested', stateWords(view));
  const tunnel = await new TunnelStore(client).get(options.tunnel ?? amends.tunnel);
  const anchor = await operatorOf(surroundings, amends);
  const { route = view.route, category = view.category } = options;
  const fields = merged(view.fields, options.fields);
  const application: Application = { tunnel, anchor, profile: view.profile, route, category, fields, amends };
  await requireConsent(surroundings, {
    preview: [...previewApplication(application), ...consequences(view.id)],
    question: 'Do you consent?',
    isGiven: options.consent,
  });
  const registration = await withProgress(terminal, `Sending it to ${anchor.origin}`, () =>
    submit(client, application),
  );
  if (options.wait) return await waitForDecision(surroundings, plain(registration));
  return followedAnswer(plain(registration), anchor.operator.contact);
}

function merged(
  before: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const all = Object.entries({ ...before, ...changes });
  return Object.fromEntries(all.filter(([, value]) => value !== ''));
}

function consequences(id: string): readonly Line[] {
  return [
    strong(`It is to take the place of registration ${id}.`),
    'That one stands as it is until this one is confirmed and its certificate is fetched; then it ends.',
  ];
}
