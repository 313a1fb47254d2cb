import type { Primitives } from '#shared/registration/primitives.ts';
import type { Clock } from '../port/clock.ts';
import type { Fetcher } from '../port/fetcher.ts';
import type { Random } from '../port/random.ts';
import type { RunnerPorts } from './effect-runner.ts';
import { Front } from './front.ts';
import { Grounds } from './grounds.ts';
import type { Log } from './log.ts';
import { Refresher } from './refresher.ts';
import { createRegistrationHandlers } from './registration-handlers.ts';
import { createTunnelHandlers } from './tunnel-handlers.ts';
import { TunnelService } from './tunnel-service.ts';
import { Warnings } from './warnings.ts';

const INSTANCE_BYTES = 16;
/** By then the firewall stands and a former tunnel is gone, or people should hear why not. */
const SETTLE_MILLISECONDS = 10_000;

export interface DaemonOptions {
  readonly ports: RunnerPorts & {
    readonly clock: Clock;
    readonly random: Random;
    readonly fetcher: Fetcher;
  };
  readonly primitives: Primitives;
  readonly log: Log;
  readonly paths: {
    readonly adminSocket: string;
    readonly userDirectory: string;
    readonly userSocketName: string;
    readonly anchorDirectory: string;
    readonly policyDirectory: string;
  };
  /** Whose anchors and policies count: root's, but in tests. */
  readonly ownerUid: number;
  readonly tunnelInterface: string;
  readonly mark: number;
  readonly fetchUid: number | null;
  readonly timeUid: number | null;
  readonly program: string;
  readonly builtAt: number;
}

export interface Daemon {
  /** The administrator's files changed. */
  reload(): Promise<readonly string[]>;
  /** The target stays on disk, and the firewall closed where it is protected. */
  shutDown(): Promise<void>;
}

/** Starts the service: firewall first, people last. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { ports, log } = options;
  const warnings = new Warnings(() => service?.board.publish());
  let service: TunnelService | null = null;
  const grounds = await Grounds.load({
    ...options,
    ...options.paths,
    ...ports,
    warnings,
    onChange: () => service?.groundsChanged(),
  });
  service = new TunnelService({ ...options, grounds, warnings });
  await service.start();
  await grounds.reload();
  const refresher = createRefresher(options, { grounds, service, warnings });
  const reload = async (): Promise<readonly string[]> => {
    const names = await grounds.reload();
    // In the background: joining a gateway does not wait for it.
    void refresher.refresh();
    return names;
  };
  const front = createFront(options, { grounds, service, refresher, reload });
  await service.tunnel.until(
    (state) => state.kind === 'disconnected' || state.kind === 'blocked',
    SETTLE_MILLISECONDS,
  );
  await front.open();
  refresher.start();
  log({ event: 'started' });
  return {
    reload,
    shutDown: async () => {
      front.close();
      refresher.stop();
      await service.shutDown();
      ports.fetcher.close();
      log({ event: 'ended' });
    },
  };
}

interface Parts {
  readonly grounds: Grounds;
  readonly service: TunnelService;
}

function createRefresher(
  { ports, log }: DaemonOptions,
  { grounds, service, warnings }: Parts & { readonly warnings: Warnings },
): Refresher {
  return new Refresher({
    fetcher: ports.fetcher,
    keeper: grounds.keeper,
    random: ports.random,
    log,
    onBeforeResolve: () => service.letResolversBeAsked(),
    onOrigins: (origins) => service.useOrigins(origins),
    onFetcher: (problem) => warnings.set('fetcher', problem),
  });
}

function createFront(
  options: DaemonOptions,
  parts: Parts & { readonly refresher: Refresher; readonly reload: () => Promise<readonly string[]> },
): Front {
  const { ports, primitives } = options;
  const { grounds, service, refresher, reload } = parts;
  const { keeper, clock } = grounds;
  const instance = ports.random.token(INSTANCE_BYTES);
  const common = { keeper, clock, policy: () => grounds.policy, primitives };
  return new Front({
    ...options,
    ...options.paths,
    ...ports,
    instance,
    board: service.board,
    handlers: {
      ...createTunnelHandlers({
        ...ports,
        ...common,
        tunnel: service.tunnel,
        instance,
        nameServers: () => service.nameServers(),
        onBeforeConnect: () => service.readResolversWhenGone(),
      }),
      ...createRegistrationHandlers({
        ...common,
        policyReading: () => grounds.policyReading,
        refresher,
        reload,
      }),
    },
  });
}
