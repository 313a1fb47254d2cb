import { withDaemon } from '#client/client-context.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { requireAdministrator } from '../administer/require-administrator.ts';
import { bad, good, strong, type Answer, type Line } from '../answer.ts';
import { cliError } from '../cli-problem.ts';
import { clear } from '../repair/clear.ts';
import type { Outcome, RemnantKind, RepairMachine } from '../repair/remnant.ts';
import type { Surroundings } from '../surroundings.ts';

interface RepairOptions {
  readonly dryRun: boolean;
  readonly machine: () => Promise<RepairMachine>;
}

/** `running`: it answers, and nothing was asked of it. */
type Service = 'absent' | 'disconnected' | 'running';

/** Takes away whatever Sanad has left on the machine, and nothing else; needs neither service nor network. */
export async function repairCommand(
  surroundings: Surroundings,
  { dryRun, machine: found }: RepairOptions,
): Promise<Answer> {
  requireAdministrator(surroundings);
  const machine = await found();
  const service = await askService(surroundings, { dryRun, machine });
  const { places } = machine;
  const outcomes = await clear({ places, dryRun, isServiceRunning: service !== 'absent' });
  const failed = outcomes.filter(({ outcome }) => outcome === 'failed');
  return {
    json: { dryRun, service, remnants: outcomes },
    lines: [...serviceLines(service), ...outcomes.map(describe), ...closing(outcomes, dryRun)],
    ...(failed.length === 0 ? {} : { problem: cliError('repair_incomplete').problem }),
  };
}

/** Root reaches every folder, so "not enabled" says that the folder is not there. */
const nobodyThere: ReadonlySet<string> = new Set(['daemon_unreachable', 'user_not_enabled']);

/** A running service would put back what is taken from it: it has to let go by itself, or to be stopped. */
async function askService(
  { client }: Surroundings,
  { dryRun, machine }: { readonly dryRun: boolean; readonly machine: RepairMachine },
): Promise<Service> {
  try {
    return await withDaemon(client, async (daemon) => {
      if (dryRun) return 'running';
      await daemon.request('disconnect', {});
      return 'disconnected';
    });
  } catch (cause) {
    const code = cause instanceof SanadError ? cause.problem.code : 'unknown';
    if (nobodyThere.has(code) && !(await machine.isServiceAlive())) return 'absent';
    throw cliError('service_in_the_way', { detail: code, cause });
  }
}

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
  if (outcomes.some(({ outcome }) => outcome === 'failed')) return [];
  if (outcomes.length === 0) return ['There is nothing of Sanad’s to clear.'];
  if (dryRun) return ['Nothing was changed.'];
  return [strong('The network is open. Tunnels, keys and joined gateways are as they were.')];
}
