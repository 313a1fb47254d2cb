import { setTimeout as sleep } from 'node:timers/promises';
import { withDaemon } from '#client/client-context.ts';
import { SanadError, type Problem } from '#shared/contract/problem.ts';
import type { TunnelStatus } from '#shared/tunnel/tunnel-status.ts';
import { requireAdministrator } from '../administer/require-administrator.ts';
import { bad, good, strong, type Answer, type Line } from '../answer.ts';
import { cliError } from '../cli-problem.ts';
import { clear, namesOf } from '../repair/clear.ts';
import { heldByService, type Outcome, type RemnantKind, type RepairMachine } from '../repair/remnant.ts';
import type { Surroundings } from '../surroundings.ts';

/** A disconnected service may still be writing down that nobody wants protection. */
const GONE_WITHIN_MILLISECONDS = 5000;
const POLL_MILLISECONDS = 50;

interface RepairOptions {
  readonly dryRun: boolean;
  readonly machine: () => Promise<RepairMachine>;
  /** How long a service that has disconnected may take until nothing of it is left. */
  readonly patienceMilliseconds?: number;
}

/** `running`: it answers, and nothing was asked of it. */
type Service = 'absent' | 'disconnected' | 'running';

/** Takes away whatever Sanad has left on the machine, and nothing else; needs neither service nor network. */
export async function repairCommand(
  surroundings: Surroundings,
  { dryRun, machine: found, patienceMilliseconds = GONE_WITHIN_MILLISECONDS }: RepairOptions,
): Promise<Answer> {
  requireAdministrator(surroundings);
  const machine = await found();
  const service = await askService(surroundings, { dryRun, machine });
  const { places } = machine;
  if (service === 'disconnected') await requireNothingHeld(machine, patienceMilliseconds);
  const outcomes = await clear({ places, dryRun, isServiceRunning: service !== 'absent' });
  const problem = await whatIsWrong(outcomes, { dryRun, service, machine });
  const end = problem === undefined ? closing(outcomes, dryRun) : [];
  return {
    json: { dryRun, service, remnants: outcomes },
    lines: [...serviceLines(service), ...outcomes.map(describe), ...end],
    ...(problem === undefined ? {} : { problem }),
  };
}

/** Root reaches every folder, so "not enabled" says that the folder is not there. */
const nobodyThere: ReadonlySet<string> = new Set(['daemon_unreachable', 'user_not_enabled']);

/** A running service would put back what is taken from it: it has to let go by itself, or to be stopped. */
async function askService(
  { client }: Surroundings,
  { dryRun, machine }: { readonly dryRun: boolean; readonly machine: RepairMachine },
): Promise<Service> {
  let status: TunnelStatus;
  try {
    status = await withDaemon(client, async (daemon) => {
      if (!dryRun) await daemon.request('disconnect', {});
      return daemon.status;
    });
  } catch (cause) {
    const code = cause instanceof SanadError ? cause.problem.code : 'unknown';
    if (nobodyThere.has(code) && !(await machine.isServiceAlive())) return 'absent';
    throw cliError('service_in_the_way', { detail: code, cause });
  }
  if (dryRun) return 'running';
  // It answers, too, where somebody asked for a tunnel meanwhile.
  const { state, target } = status;
  if (state.kind !== 'disconnected' || target !== 'unprotected')
    throw cliError('service_in_the_way', { detail: state.kind });
  return 'disconnected';
}

/** What is there now, under a running service, is a tunnel to come or what the service could not take away itself. */
async function requireNothingHeld({ places }: RepairMachine, patienceMilliseconds: number): Promise<void> {
  const deadline = performance.now() + patienceMilliseconds;
  for (;;) {
    const held = await namesOf(places, heldByService);
    if (held.length === 0) return;
    if (performance.now() > deadline) throw cliError('service_in_the_way', { detail: held.join(', ') });
    await sleep(POLL_MILLISECONDS);
  }
}

interface Done {
  readonly dryRun: boolean;
  readonly service: Service;
  readonly machine: RepairMachine;
}

/** Looks again: a service may have been started, or been asked to connect, while its things were taken away. */
async function whatIsWrong(
  outcomes: readonly Outcome[],
  { dryRun, service, machine }: Done,
): Promise<Problem | undefined> {
  const isAbsent = service === 'absent';
  if (!dryRun && isAbsent && (await machine.isServiceAlive())) return cliError('service_came_back').problem;
  if (outcomes.some(({ outcome }) => outcome === 'failed')) return cliError('repair_incomplete').problem;
  if (dryRun) return undefined;
  const back = await namesOf(machine.places, isAbsent ? onlyTarget : heldByService);
  return back.length === 0 ? undefined : cliError('service_came_back', { detail: back.join(', ') }).problem;
}

const onlyTarget: ReadonlySet<RemnantKind> = new Set(['target']);

function serviceLines(service: Service): readonly Line[] {
  switch (service) {
    case 'absent':
      return [];
    case 'disconnected':
      return ['The Sanad service runs. It was asked to disconnect, and did.'];
    case 'running':
      return ['The Sanad service runs. It would be asked to disconnect.'];
    default:
      return service satisfies never;
  }
}

const words: Readonly<Record<RemnantKind, string>> = {
  state_directory: 'rights in the service’s folder',
  target: 'the service’s note that somebody wants to be protected',
  interface: 'interface',
  wireguard_process: 'process',
  routing_rule: 'routing rule',
  routes: 'routes',
  name_servers: 'name servers',
  firewall_table: 'firewall table',
  socket: 'socket that nobody listens on',
};

function describe({ kind, name, outcome, detail }: Outcome): Line {
  const what = `${words[kind]}: ${name}`;
  switch (outcome) {
    case 'removed':
      return good(`Cleared ${what}`);
    case 'would_remove':
      return `Would clear ${what}`;
    case 'failed':
      return bad(`Not cleared: ${what}${detail === undefined ? '' : ` (${detail})`}`);
    default:
      return outcome satisfies never;
  }
}

function closing(outcomes: readonly Outcome[], dryRun: boolean): readonly Line[] {
  if (outcomes.length === 0) return ['There is nothing of Sanad’s to clear.'];
  if (dryRun) return ['Nothing was changed.'];
  return [strong('The network is open. Tunnels, keys and joined gateways are as they were.')];
}
