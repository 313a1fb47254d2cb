import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { gatewayFiles } from '../configuration.ts';
import { commandError } from './problem.ts';

export interface IssuerProcess {
  readonly socketPath: string;
  /** Resolves when the process has ended, however. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

/** The issuer as this gateway's child process: the same machine and uid, still its own process and keys. */
export async function startIssuer(options: {
  readonly dir: string;
  readonly statusTtlSeconds: number;
}): Promise<IssuerProcess> {
  const socketPath = join(options.dir, gatewayFiles.issuerSocket);
  const child = spawn(
    process.execPath,
    [
      issuerProgram(),
      ...['--dir', join(options.dir, gatewayFiles.issuerDirectory), '--socket', socketPath],
      // Its standard input ends when this process does, even by kill -9, and then it ends too.
      ...['--status-ttl', String(options.statusTtlSeconds), '--exit-with-stdin'],
    ],
    // The front end's database is none of its business.
    { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, DATABASE_URL: undefined } },
  );
  const ended = once(child, 'exit');
  await whenReady(child);
  return {
    socketPath,
    ended,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Beside the running program: a bundle beside a bundle, a source file below the source file. */
function issuerProgram(): string {
  const program = realpathSync(process.argv[1] ?? '');
  return join(dirname(program), program.endsWith('.ts') ? 'issuer/index.ts' : 'sanad-issuer.mjs');
}

async function whenReady(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw commandError('issuer_not_started');
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([
    once(lines, 'line').then(([first]: unknown[]) => first),
    once(child, 'exit').then(() => undefined),
  ]);
  if (line !== 'ready') throw commandError('issuer_not_started');
}
