import type { Problem } from '#shared/contract/problem.ts';
import { findingOf, findings, type Finding } from '../finding.ts';
import type { UnitState } from '../probe/probes.ts';
import type { Scene, ServiceView } from '../scene.ts';

const finding = findings('service', {
  service_answers: { state: 'ok', reason: 'The Sanad service runs and answers.' },
  service_other_version: {
    state: 'warning',
    kind: 'daemon',
    reason: 'The Sanad service has another version than this program.',
    nextAction: 'Restart it, so that both are of one version: sudo systemctl restart sanadd',
  },
  service_not_installed: {
    state: 'failed',
    kind: 'daemon',
    reason: 'The Sanad service is not installed on this machine.',
    nextAction: 'Have the administrator install the package again.',
  },
  service_crashed: {
    state: 'failed',
    kind: 'daemon',
    reason: 'The Sanad service ended with an error.',
    nextAction: 'See why: sudo journalctl -u sanadd -e. Then start it: sudo systemctl start sanadd',
  },
  service_stopped: {
    state: 'failed',
    kind: 'daemon',
    reason: 'The Sanad service is not running.',
    nextAction: 'Start it: sudo systemctl start sanadd',
  },
  service_silent: {
    state: 'failed',
    kind: 'daemon',
    reason: 'The Sanad service does not answer.',
    nextAction: 'Start it again: sudo systemctl restart sanadd',
  },
  service_out_of_reach: {
    state: 'not_checked',
    reason: 'Your account may not ask the service, so whether it runs cannot be seen from here.',
  },
});

/** Whether the service runs, by asking it; only where it says nothing by asking systemd. */
export async function checkService({ service, probes, client }: Scene): Promise<readonly Finding[]> {
  const view = await service;
  const unit = view.kind === 'answers' ? null : await probes.unit('sanadd');
  return judgeService({ view, unit, program: client.program });
}

interface Seen {
  readonly view: ServiceView;
  readonly unit: UnitState | null;
  /** This program, e.g. "sanad 0.1.0". */
  readonly program: string;
}

export function judgeService({ view, unit, program }: Seen): readonly Finding[] {
  if (view.kind === 'silent') return [judgeSilence(view.problem, unit)];
  const isSame = versionOf(view.program) === versionOf(program);
  const detail = isSame ? view.program : `${view.program}, and this is ${program}`;
  const answers = finding(isSame ? 'service_answers' : 'service_other_version', { detail });
  // What the service itself says that does not go as it should.
  return [answers, ...view.status.warnings.map((one) => findingOf('service', one, { state: 'warning' }))];
}

function judgeSilence(problem: Problem, unit: UnitState | null): Finding {
  if (problem.code === 'user_not_enabled') return finding('service_out_of_reach');
  if (problem.code !== 'daemon_unreachable') return findingOf('service', problem);
  if (unit === null) return finding('service_silent', { detail: 'and there is no systemd here to ask why' });
  if (unit.load === 'not-found') return finding('service_not_installed');
  if (unit.active === 'failed') return finding('service_crashed');
  if (unit.active === 'inactive') return finding('service_stopped');
  return finding('service_silent', { detail: `systemd says: ${unit.active}` });
}

function versionOf(program: string): string {
  return program.split(' ').at(-1) ?? '';
}
