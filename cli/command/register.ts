import { findAnchor } from '#client/anchor/read-anchors.ts';
import { submit, type Application } from '#client/registration/submit.ts';
import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import type { Answer } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { withProgress } from '../terminal/progress.ts';
import { previewApplication } from './application.ts';
import { requireConsent } from './confirm.ts';
import { followedAnswer, plain } from './follow-answer.ts';
import { waitForDecision } from './wait-for-decision.ts';

interface RegisterOptions {
  readonly name: string;
  readonly gateway: string | undefined;
  readonly profile: string;
  readonly route: string;
  readonly category: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly consent: boolean;
  readonly wait: boolean;
}

/** Shows what will be sent and to whom, then sends it with the person's consent. */
export async function registerCommand(surroundings: Surroundings, options: RegisterOptions): Promise<Answer> {
  const { client, terminal } = surroundings;
  const { name, profile, route, category, fields } = options;
  const tunnel = await new TunnelStore(client).get(name);
  const anchor = await findAnchor(client.anchors, options.gateway);
  const application: Application = { tunnel, anchor, profile, route, category, fields };
  await requireConsent(surroundings, {
    preview: previewApplication(application),
    question: 'Do you consent?',
    isGiven: options.consent,
  });
  const registration = await withProgress(terminal, `Sending it to ${anchor.origin}`, () =>
    submit(client, application),
  );
  if (options.wait) return await waitForDecision(surroundings, plain(registration));
  return followedAnswer(plain(registration), anchor.operator.contact);
}
