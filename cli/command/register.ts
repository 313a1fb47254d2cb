import { setTimeout as sleep } from 'node:timers/promises';
import { findAnchor } from '#client/anchor/read-anchors.ts';
import { follow, type Followed } from '#client/registration/follow.ts';
import { endpointsOf } from '#client/registration/read-certificate.ts';
import { registrationError } from '#client/registration/registration-problem.ts';
import { consentText, submit, type Application } from '#client/registration/submit.ts';
import { TunnelStore } from '#client/tunnel/tunnel-store.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { strong, type Answer, type Line } from '../answer.ts';
import { cliError } from '../cli-problem.ts';
import type { Surroundings } from '../surroundings.ts';
import { isDecided } from '../terminal/describe-registration.ts';
import { withProgress } from '../terminal/progress.ts';
import { table } from '../terminal/table.ts';
import { followedAnswer } from './registration-show.ts';

const POLL_MILLISECONDS = 5000;

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
  terminal.tell(preview(application));
  if (!options.consent) await askConsent(surroundings);
  const registration = await withProgress(terminal, `Sending it to ${anchor.origin}`, () =>
    submit(client, application),
  );
  const followed: Followed = { registration, delivery: null, handedTo: null, isRenewed: false };
  return followedAnswer(options.wait ? await waitForDecision(surroundings, followed) : followed);
}

function preview(application: Application): readonly Line[] {
  const { tunnel, anchor, profile, route, category, fields } = application;
  const servers = endpointsOf(tunnel).map(
    ({ host, port, publicKey }) => `${host}, port ${port}, key ${publicKey}`,
  );
  return [
    strong(`This is sent to ${anchor.operator.legal_name} (${anchor.origin}):`),
    ...table([
      ['  Rules', `${profile}, route ${route}, category ${category}`],
      ...Object.entries(fields).map(([field, value]) => [`  ${field}`, value] as const),
      ...servers.map((server) => ['  VPN server', server] as const),
      ['  This computer', 'its public key'],
    ]),
    'No secret key is sent, and nothing of your traffic.',
    strong('You consent to this:'),
    `  ${consentText(anchor)}`,
  ];
}

async function askConsent({ terminal }: Surroundings): Promise<void> {
  const isGiven = terminal.isInteractive && (await terminal.confirm('Do you consent?'));
  if (!isGiven) throw registrationError('consent_missing');
}

/** Ctrl-C ends the waiting, not the case. */
async function waitForDecision({ client, terminal }: Surroundings, first: Followed): Promise<Followed> {
  return await withProgress(terminal, 'Waiting for the decision (Ctrl-C ends the waiting only)', async () => {
    let followed = first;
    while (!isDecided(followed.registration.view.state)) {
      await sleep(POLL_MILLISECONDS);
      followed = await followPatiently(client, followed);
    }
    if (followed.registration.view.state === 'rejected') throw cliError('registration_rejected');
    return followed;
  });
}

const passing: ReadonlySet<string> = new Set(['gateway_timeout', 'gateway_unreachable', 'name_unresolved']);

/** A gateway that is away for a moment does not end the waiting. */
async function followPatiently(client: Surroundings['client'], followed: Followed): Promise<Followed> {
  try {
    return await follow(client, followed.registration);
  } catch (cause) {
    if (cause instanceof SanadError && passing.has(cause.problem.code)) return followed;
    throw cause;
  }
}
