import {
  ACCEPTED_ASSURANCE_FILE,
  planAcceptance,
  writeAcceptance,
  type AcceptanceAct,
} from '#client/policy/accept-assurance.ts';
import type { Problem } from '#shared/contract/problem.ts';
import { policyError } from '#client/policy/policy-problem.ts';
import type { PolicyOrigin } from '#shared/registration/compose-policy.ts';
import { requireAdministrator } from '../administer/require-administrator.ts';
import { tellDaemon } from '../administer/tell-daemon.ts';
import { good, problemLines, strong, type Answer, type Line } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { wrap } from '../terminal/wrap.ts';
import { requireConfirmation } from './confirm.ts';

interface AcceptOptions extends AcceptanceAct {
  readonly yes: boolean;
}

/** The administrator's act, after its consequences were shown. The service goes by it at once. */
export async function policyAcceptCommand(
  surroundings: Surroundings,
  options: AcceptOptions,
): Promise<Answer> {
  requireAdministrator(surroundings);
  const { client, system } = surroundings;
  const { act, assurance, yes } = options;
  const place = { directory: system.policyDirectory, ownerUid: client.anchors.ownerUid };
  const { content, origin } = await planAcceptance(place, { act, assurance, now: client.now() });
  if (content === null) return unchanged(options, origin);
  const { preview, question } = consequences(surroundings, options);
  await requireConfirmation(surroundings, { preview, question, isGiven: yes });
  const file = await writeAcceptance(place, content);
  const { daemon, problem } = await tellService(surroundings, options);
  return {
    json: { act, assurance, file, changed: true, daemon },
    lines: [
      good(outcomes[act][assurance]),
      `Recorded in ${file}.`,
      ...(daemon === null ? [] : problemLines(daemon, 'It takes effect when the service runs. ')),
      ...(problem === null ? [] : problemLines(problem, 'The service does not go by it yet. ')),
    ],
    ...(problem === null ? {} : { problem }),
  };
}

/** It reads the folder again, and says whether that is what it goes by: another file may have come meanwhile. */
async function tellService(
  surroundings: Surroundings,
  { act, assurance }: AcceptanceAct,
): Promise<{ readonly daemon: Problem | null; readonly problem: Problem | null }> {
  const heard: { problem: Problem | null } = { problem: null };
  const daemon = await tellDaemon(surroundings, async (told) => {
    await told.request('reloadAnchors', {});
    const { policy, origins, problem } = await told.request('policy', {});
    const isAsAsked = policy.accepted_assurances.includes(assurance) === (act === 'accept');
    heard.problem = problem ?? (isAsAsked ? null : withoutEffect(act, origins.accepted_assurances));
  });
  return { daemon, problem: heard.problem };
}

function withoutEffect(act: AcceptanceAct['act'], origin: PolicyOrigin | undefined): Problem {
  const file = origin?.kind === 'file' ? `${origin.file}, accepted_assurances` : undefined;
  return policyError(act === 'accept' ? 'assurance_overruled' : 'assurance_still_accepted', file).problem;
}

function unchanged({ act, assurance }: AcceptOptions, origin: PolicyOrigin): Answer {
  const file = origin.kind === 'file' ? origin.file : null;
  const by = file === null ? '' : ` by ${file}`;
  const line =
    act === 'accept' ? `It is accepted already${by}.` : 'It is not accepted; there is nothing to change.';
  return { json: { act, assurance, file, changed: false, daemon: null }, lines: [line] };
}

const outcomes = {
  accept: {
    declared: 'From now on a registration that its user states is accepted on this computer.',
    provisional: 'From now on a registration that is not decided yet is accepted on this computer.',
  },
  refuse: {
    declared: 'From now on a registration that its user states is not accepted on this computer.',
    provisional: 'From now on a registration that is not decided yet is not accepted on this computer.',
  },
} as const;

const meanings = {
  accept: {
    declared: [
      'A VPN connection then also comes up when nobody but its user says that it is registered. Nobody has checked that, and Sanad cannot.',
      'That holds too where a registration office refused or took back that user’s registration: their own word is enough.',
      'It is shown as “stated by you” wherever the connection is shown, and has to be stated again every 90 days.',
    ],
    provisional: [
      'A VPN connection then also comes up while the authority has not decided about its registration, where a registration office that you joined lets it.',
    ],
  },
  refuse: {
    declared: [
      'A VPN connection that its user alone has stated is then blocked at once, also one that is up.',
    ],
    provisional: [
      'A VPN connection whose registration is not decided yet is then blocked at once, also one that is up.',
    ],
  },
} as const;

function consequences({ terminal }: Surroundings, { act, assurance }: AcceptOptions) {
  const takeBack = `You can take it back at any time: sudo sanad policy refuse ${assurance}`;
  const preview: readonly Line[] = [
    strong('For everybody on this computer:'),
    ...meanings[act][assurance].flatMap((text) => bullet(text, terminal.columns)),
    ...(act === 'accept' ? bullet(takeBack, terminal.columns) : []),
    ...bullet(`What you decide is kept with the time in ${ACCEPTED_ASSURANCE_FILE}.`, terminal.columns),
  ];
  return { preview, question: act === 'accept' ? 'Accept that?' : 'No longer accept that?' };
}

function bullet(text: string, columns: number): readonly string[] {
  return wrap(text, columns - 4).map((line, index) => `${index === 0 ? '  - ' : '    '}${line}`);
}
