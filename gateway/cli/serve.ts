import { realpathSync } from 'node:fs';
import type { Server } from 'node:http';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { forgetUploads } from '../case/upload.ts';
import { CheckpointPublisher } from '../checkpoint/publisher.ts';
import { gatewayFiles, type GatewayIdentity } from '../configuration.ts';
import { closeServer } from '../http/close-server.ts';
import type { TlsFiles } from '../http/listener.ts';
import { createGatewayServer } from '../http/server.ts';
import type { Services } from '../http/services.ts';
import { issuerAt } from '../issuer/client.ts';
import { createLog, teeLog } from '../log/log.ts';
import { startMonitor, type MonitorAddress } from '../monitor/listen.ts';
import { Metrics } from '../monitor/metrics.ts';
import { checkReadiness, type Readiness } from '../monitor/readiness.ts';
import { StatusPublisher } from '../status/publisher.ts';
import { ProfileDirectory } from '../profile/profile-directory.ts';
import { openDatabase } from '../storage/database.ts';
import { asStorageProblem } from '../storage/problem.ts';
import { forgetExpired } from '../storage/request-memory-store.ts';
import { inTransaction } from '../storage/transaction.ts';
import { databaseLocation } from './database-location.ts';
import { readIdentity } from './identity.ts';
import { parseListen, parseMonitor, type ListenAddress } from './listen-address.ts';
import { openVault } from './open-vault.ts';
import { startIssuer } from './issuer-process.ts';
import { commandError } from './problem.ts';
import { readNamedFile } from './read-file.ts';

export interface ServeOptions {
  readonly dir: string;
  readonly listen: string;
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
  readonly behindProxy: boolean;
  /** An issuer that somebody else runs; absent, it is started here. */
  readonly issuerSocket?: string;
  readonly statusTtl: number;
  /** Seconds from one checkpoint over the histories to the next. */
  readonly checkpointEvery: number;
  /** Where the operator reads health and metrics. */
  readonly monitor?: string;
  /** Of the proxy in front: the header in which it says where a request comes from. */
  readonly clientAddressHeader?: string;
}

const FORGET_EVERY_MILLISECONDS = 60_000;

const now = (): number => Math.floor(Date.now() / 1000);

/** Runs the gateway until SIGTERM or SIGINT, with an issuer of its own where none is given. */
export async function serveGateway(options: ServeOptions): Promise<void> {
  // From the first moment on: whoever is told "listening" may stop it at once.
  const stop = signalled();
  const identity = readIdentity(options.dir);
  const parts: Parts = {
    options,
    identity,
    address: parseListen(options.listen),
    tls: readTls(options, identity),
    monitor: options.monitor === undefined ? undefined : parseMonitor(options.monitor),
  };
  if (options.issuerSocket !== undefined) {
    await serveWith(parts, options.issuerSocket, stop);
    return;
  }
  const issuer = await startIssuer({ dir: options.dir, statusTtlSeconds: options.statusTtl });
  try {
    const issuerEnded = issuer.ended.then(() => 'issuer_ended' as const);
    await serveWith(parts, issuer.socketPath, Promise.race([stop, issuerEnded]));
  } finally {
    await issuer.stop();
  }
}

interface Parts {
  readonly options: ServeOptions;
  readonly identity: GatewayIdentity;
  readonly address: ListenAddress;
  readonly tls: TlsFiles | undefined;
  readonly monitor: MonitorAddress | undefined;
}

async function serveWith(parts: Parts, issuerSocket: string, stop: Promise<StopReason>): Promise<void> {
  const { options, identity, tls, address, monitor } = parts;
  const issuer = issuerAt(issuerSocket);
  const database = await openDatabase(databaseLocation(options.dir, process.env));
  const readiness = (): Promise<Readiness> =>
    checkReadiness({ database, issuer, publisher, directory: options.dir, now });
  const metrics = new Metrics(readiness);
  const log = teeLog(createLog('sanad-gateway'), (entry) => {
    metrics.count(entry);
  });
  const publisher = new StatusPublisher(issuer, log);
  const vault = await openVault({ directory: options.dir, database, log, now: now() * 1000 });
  const checkpoints = new CheckpointPublisher({
    ...{ database, issuer, log, now },
    everySeconds: options.checkpointEvery,
  });
  const profiles = new ProfileDirectory({ directory: join(options.dir, gatewayFiles.profileDirectory), now });
  const services: Services = {
    ...{ identity, database, issuer, publisher, checkpoints, vault, profiles, now, log },
  };
  const server = createGatewayServer(services, {
    isBehindProxy: options.behindProxy,
    ...headerOf(options),
    viewerDirectory: viewerDirectory(),
    ...(tls === undefined ? {} : { tls }),
  });
  const forgetting = forgetRegularly(services);
  let monitoring: Server | undefined;
  try {
    if (monitor !== undefined)
      monitoring = await listenTo(() => startMonitor(monitor, { metrics, readiness }));
    await publisher.refresh();
    await checkpoints.run();
    await listenTo(() => server.listen(address));
    log({ event: 'started' });
    process.stdout.write(`listening on ${options.listen} for ${identity.configuration.origin}\n`);
    const reason = await stop;
    log({ event: reason === 'issuer_ended' ? 'issuer_ended' : 'stopping' });
    // Without an issuer nothing is decided: better to end, and be started whole by whoever started us.
    if (reason === 'issuer_ended') process.exitCode = 1;
  } finally {
    clearInterval(forgetting);
    publisher.stop();
    checkpoints.stop();
    // Lets the requests under way end: what was accepted is answered.
    await closeServer(server, { log });
    await database.destroy();
    monitoring?.close();
    monitoring?.closeAllConnections();
    log({ event: 'stopped' });
  }
}

function headerOf({ behindProxy, clientAddressHeader: header }: ServeOptions) {
  if (header === undefined) return {};
  // Without a proxy anybody could write it.
  const isHeader = behindProxy && /^[a-z0-9-]{1,64}$/i.test(header);
  if (!isHeader) {
    throw commandError('option_malformed', { detail: '--client-address-header goes with --behind-proxy' });
  }
  return { clientAddressHeader: header.toLowerCase() };
}

/** Beside the running program, or in the package where it runs from its sources. */
function viewerDirectory(): string {
  const program = realpathSync(process.argv[1] ?? '');
  const place = program.endsWith('.ts') ? '../node_modules/@fastify/swagger-ui/static' : 'api-viewer';
  return join(dirname(program), place);
}

function readTls(options: ServeOptions, { configuration }: GatewayIdentity): TlsFiles | undefined {
  const { tlsCertificate, tlsKey, behindProxy } = options;
  if (tlsCertificate !== undefined && tlsKey !== undefined) {
    return { certificate: readNamedFile(tlsCertificate), key: readNamedFile(tlsKey) };
  }
  // Anchors allow http on loopback only, so an http origin needs no certificate.
  const isPlain = configuration.origin.startsWith('http://');
  if (!isPlain && !behindProxy) throw commandError('tls_required');
  return undefined;
}

async function listenTo<T>(listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    const detail = error instanceof Error ? error.message : 'unknown';
    throw commandError('listen_failed', { detail, cause: error });
  }
}

function forgetRegularly({ database, vault, log }: Services): NodeJS.Timeout {
  const forgetAll = async (): Promise<void> => {
    await forgetExpired(database, now());
    const files = await inTransaction(database, (connection) => forgetUploads(connection, now()));
    await vault.remove(files);
  };
  const forget = (): void => {
    forgetAll().catch((error: unknown) => {
      log({ event: 'trouble', at: 'forgetting', error: asStorageProblem(error) });
    });
  };
  forget();
  return setInterval(forget, FORGET_EVERY_MILLISECONDS).unref();
}

type StopReason = 'signalled' | 'issuer_ended';

function signalled(): Promise<StopReason> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        resolve('signalled');
      });
    }
  });
}
