import { examine } from '#client/doctor/examine.ts';
import type { CheckName, Finding } from '#client/doctor/finding.ts';
import { systemProbes } from '#client/doctor/probe/system-probes.ts';
import type { Problem } from '#shared/contract/problem.ts';
import type { Answer, Line, Tone } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { padded } from '../terminal/display-width.ts';
import { withProgress } from '../terminal/progress.ts';
import { wrap } from '../terminal/wrap.ts';

/** Shows what the checks found; ends well where none failed. */
export async function doctorCommand({ uid, client, terminal }: Surroundings): Promise<Answer> {
  return await withProgress(terminal, 'Looking at everything a connection needs', async () =>
    doctorAnswer(await examine({ uid, client, probes: systemProbes }), terminal.columns),
  );
}

export function doctorAnswer(found: readonly Finding[], columns: number): Answer {
  const failed = found.filter(({ state }) => state === 'failed');
  const [first] = failed;
  return {
    json: { checks: found },
    lines: [
      ...found.flatMap((one) => describe(one, columns)),
      ...(first === undefined ? ['', closing(found)] : ['']),
    ],
    ...(first === undefined ? {} : { problem: summary(first, failed.length) }),
  };
}

const states = {
  ok: ['ok', 'good'],
  warning: ['warning', 'strong'],
  failed: ['failed', 'bad'],
  not_checked: ['not checked', 'faint'],
} as const satisfies Record<Finding['state'], readonly [string, Tone]>;

const titles = {
  service: 'Service',
  socket: 'Your way to the service',
  firewall: 'Firewall',
  resolver: 'Name servers',
  endpoint_name: 'VPN server',
  handshake: 'Answer of the VPN server',
  gateway: 'Gateway',
  keychain: 'Keychain',
  registration: 'Registration',
  public_address: 'Your public address',
} as const satisfies Record<CheckName, string>;

const STATE_WIDTH = 13;

function describe({ check, subject, state, reason, nextAction }: Finding, columns: number): readonly Line[] {
  const [word, tone] = states[state];
  const about = subject === null ? titles[check] : `${titles[check]} (${subject})`;
  const indent = ' '.repeat(STATE_WIDTH);
  const [first = '', ...rest] = wrap(`${about}: ${reason}`, columns - STATE_WIDTH);
  const said = [`${padded(word, STATE_WIDTH)}${first}`, ...rest.map((line) => `${indent}${line}`)];
  // Not wrapped: it ends in a line to be copied.
  const next = nextAction === null ? [] : [`${indent}Next: ${nextAction}`];
  return [...said.map((text) => ({ text, tone })), ...next];
}

function closing(found: readonly Finding[]): string {
  const unseen = found.filter(({ state }) => state === 'not_checked').length;
  const rest = unseen === 0 ? '' : ` ${counted(unseen, 'thing')} could not be checked; each says why.`;
  return `Nothing failed.${rest}`;
}

/** The first is where to begin: what comes later may hang on it. Its kind decides the exit code. */
function summary({ kind, nextAction }: Finding, count: number): Problem {
  const reason = `${counted(count, 'check')} failed.`;
  return { kind, code: 'doctor_failed', reason, nextAction: nextAction ?? 'Read what was found.' };
}

function counted(count: number, word: string): string {
  return count === 1 ? `One ${word}` : `${count} ${word}s`;
}
