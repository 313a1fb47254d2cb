import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';
import { DaemonConnection } from '../daemon/daemon-connection.ts';
import type { ClientContext } from '../client-context.ts';
import { DeclarationStore } from '../registration/declaration-store.ts';
import { RegistrationStore } from '../registration/registration-store.ts';
import { TunnelStore } from '../tunnel/tunnel-store.ts';
import { within } from '../within.ts';
import { checkEndpointNames } from './check/endpoint-name.ts';
import { checkFirewall } from './check/firewall.ts';
import { checkGateways } from './check/gateway.ts';
import { checkHandshake } from './check/handshake.ts';
import { checkKeychain } from './check/keychain.ts';
import { checkPublicAddress } from './check/public-address.ts';
import { checkRegistrations } from './check/registration.ts';
import { checkResolver } from './check/resolver.ts';
import { checkService } from './check/service.ts';
import { checkSocket } from './check/socket.ts';
import { checkNames, findingOf, type CheckName, type Finding } from './finding.ts';
import type { Probes } from './probe/probes.ts';
import type { Scene, ServiceView } from './scene.ts';

/** Longer than anything that is looked at may take by itself. */
const CHECK_MILLISECONDS = 12_000;

const checks = {
  service: checkService,
  socket: checkSocket,
  firewall: checkFirewall,
  resolver: checkResolver,
  endpoint_name: checkEndpointNames,
  handshake: checkHandshake,
  gateway: checkGateways,
  keychain: checkKeychain,
  registration: checkRegistrations,
  public_address: checkPublicAddress,
} as const satisfies Record<CheckName, (scene: Scene) => Promise<readonly Finding[]>>;

const problems = {
  check_timed_out: {
    kind: 'internal',
    reason: 'It took too long, so nothing can be said of it.',
    nextAction: 'Run this again.',
  },
  check_broken: {
    kind: 'internal',
    reason: 'Looking at it failed in a way that nobody foresaw.',
    nextAction: 'Report it with what sanad --version prints.',
  },
} as const satisfies ProblemCatalogue<string>;

interface ExamineOptions {
  readonly uid: number;
  readonly client: ClientContext;
  readonly probes: Probes;
  /** How long each check may take. */
  readonly milliseconds?: number;
}

/** Looks at everything that a connection depends on, side by side. Ends in its time, whatever hangs. */
export async function examine(options: ExamineOptions): Promise<readonly Finding[]> {
  const { uid, client, probes, milliseconds = CHECK_MILLISECONDS } = options;
  const service = lookAtService(client);
  const tunnels = new TunnelStore(client).all();
  const registrations = new RegistrationStore(client.configDirectory).all();
  const declarations = new DeclarationStore(client.configDirectory).all();
  // Each check that needs them hears what is wrong; where none does, nobody has to.
  for (const shared of [tunnels, registrations, declarations]) shared.catch(() => undefined);
  const scene: Scene = { uid, client, probes, service, tunnels, registrations, declarations };
  const found = await Promise.all(checkNames.map((name) => bounded(name, checks[name](scene), milliseconds)));
  const view = await service;
  if (view.kind === 'answers') view.daemon.close();
  return found.flat();
}

async function bounded(
  check: CheckName,
  work: Promise<readonly Finding[]>,
  milliseconds: number,
): Promise<readonly Finding[]> {
  const late = (): SanadError => new SanadError(problemFrom(problems, 'check_timed_out'));
  try {
    return await within(milliseconds, work, late);
  } catch (cause) {
    const problem = cause instanceof SanadError ? cause.problem : problemFrom(problems, 'check_broken');
    return [
      findingOf(check, problem, { state: problem.code === 'check_timed_out' ? 'not_checked' : 'failed' }),
    ];
  }
}

/** The conversation stays open for the checks that ask more; its own time limits are shorter than theirs. */
async function lookAtService({ daemonSocket: path, program }: ClientContext): Promise<ServiceView> {
  try {
    const daemon = await DaemonConnection.open({ path, program });
    return { kind: 'answers', program: daemon.hello.program, status: daemon.status, daemon };
  } catch (cause) {
    if (cause instanceof SanadError) return { kind: 'silent', problem: cause.problem };
    throw cause;
  }
}
