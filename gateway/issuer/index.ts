import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { SanadError } from '#shared/contract/problem.ts';
import { readKeyFile } from '../key/key-file.ts';
import { createLog } from '../log/log.ts';
import { CheckpointSigner } from './checkpoint-signer.ts';
import { issuerFiles, readIssuerConfiguration } from './configuration.ts';
import { Issuer } from './issuer.ts';
import { listen } from './listen.ts';
import { issuerError } from './problem.ts';
import { createIssuerServer } from './server.ts';
import { StatusListSigner } from './status-list-signer.ts';
import { IssuerStore } from './store.ts';

/** sanad-issuer: the process that alone holds the keys which sign certificates and status lists. */
interface Options {
  readonly dir: string;
  readonly socket: string;
  readonly statusTtl: number;
  readonly exitWithStdin: boolean;
}

const now = (): number => Math.floor(Date.now() / 1000);

async function run(options: Options): Promise<void> {
  const configuration = readIssuerConfiguration(options.dir);
  const certificateKey = readKeyFile(join(options.dir, issuerFiles.certificateKey));
  const statusKey = readKeyFile(join(options.dir, issuerFiles.statusKey));
  const store = openStore(join(options.dir, issuerFiles.database));
  const statusList = new StatusListSigner({
    configuration,
    statusKey,
    store,
    now,
    ttlSeconds: options.statusTtl,
    sleep: async (milliseconds) => {
      await sleep(milliseconds);
    },
  });
  const checkpoints = new CheckpointSigner({ configuration, statusKey, store, now });
  const server = createIssuerServer(
    new Issuer({
      ...{ configuration, certificateKey, store, statusList, checkpoints, now },
      backupFile: join(options.dir, issuerFiles.databaseCopy),
    }),
    createLog('sanad-issuer'),
  );
  await listen(server, options.socket);
  stopOn(options, () => {
    server.close();
    store.close();
    process.exit(0);
  });
  process.stdout.write('ready\n');
}

function openStore(file: string): IssuerStore {
  try {
    return new IssuerStore(file);
  } catch (error) {
    if (isLocked(error)) throw issuerError('issuer_running', { cause: error });
    throw error;
  }
}

/** SQLITE_BUSY. */
function isLocked(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5;
}

function stopOn(options: Options, stop: () => void): void {
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (!options.exitWithStdin) return;
  // The gateway that started this process holds the other end: it is gone, however it went.
  process.stdin.resume();
  process.stdin.once('close', stop);
}

function describe(error: unknown): string {
  if (error instanceof SanadError) return `${error.problem.reason}\nNext: ${error.problem.nextAction}`;
  return error instanceof Error ? error.message : String(error);
}

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 604_800) {
    throw new InvalidArgumentError('a number of seconds from 1 to 604800');
  }
  return value;
}

await new Command('sanad-issuer')
  .description('Signs certificates and the status list, on reviewers’ signed statements only.')
  .requiredOption('--dir <directory>', 'the issuer’s keys and database, made by sanad-gateway init')
  .requiredOption('--socket <path>', 'unix socket to listen on; its directory decides who reaches it')
  .option('--status-ttl <seconds>', 'how long clients use a status list before they ask again', seconds, 900)
  .option('--exit-with-stdin', 'end when standard input is closed', false)
  .action(async (options: Options) => {
    try {
      await run(options);
    } catch (error) {
      process.stderr.write(`sanad-issuer: ${describe(error)}\n`);
      process.exit(1);
    }
  })
  .parseAsync();
