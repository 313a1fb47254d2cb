import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync, mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export type Host = 'client' | 'router' | 'peer';

/** Who a process runs as inside the lab. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
  /** net_admin: ambient CAP_NET_ADMIN and nothing else, as the daemon's unit gives it. */
  readonly capabilities: 'all' | 'none' | 'net_admin';
  readonly environment: Readonly<Record<string, string>>;
}

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

const LOG = '/run/lab/log';
const SEARCH_PATH = '/run/lab/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export const root: Identity = { uid: 0, gid: 0, capabilities: 'all', environment: {} };

/** The whole argument list that runs `argv` in a host's network as somebody. Every part execs: one pid. */
function commandLine(host: Host, who: Identity, argv: readonly string[]): string[] {
  return ['nsenter', `--net=/run/netns/${host}`, ...becoming(who), ...argv];
}

function becoming(who: Identity): string[] {
  if (who.capabilities === 'all') return [];
  const keep = who.capabilities === 'net_admin' ? '-all,+net_admin' : '-all';
  return [
    'setpriv',
    `--reuid=${who.uid}`,
    `--regid=${who.gid}`,
    '--clear-groups',
    `--inh-caps=${keep}`,
    `--ambient-caps=${keep}`,
    `--bounding-set=${keep}`,
    '--no-new-privs',
  ];
}

const environmentOf = (who: Identity): Record<string, string> => ({
  PATH: SEARCH_PATH,
  LANG: 'C.UTF-8',
  TMPDIR: '/run/lab/tmp',
  ...who.environment,
});

export interface RunOptions {
  readonly input?: string;
  readonly deadlineMilliseconds?: number;
}

/** The words that put a command under an identity with its whole environment, without entering a host. */
export const asSomebody = (who: Identity): string[] => [
  ...becoming(who),
  'env',
  '-i',
  ...Object.entries(environmentOf(who)).map(([name, value]) => `${name}=${value}`),
];

/** Runs to the end and gives what it printed. Past the deadline it is killed and the code is null. */
export async function run(
  host: Host,
  who: Identity,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  const started = performance.now();
  const [file, ...rest] = commandLine(host, who, argv);
  const child = spawn(file ?? '', rest, { env: environmentOf(who), stdio: ['pipe', 'pipe', 'pipe'] });
  const stdout = collect(child, 'stdout');
  const stderr = collect(child, 'stderr');
  child.stdin.on('error', () => undefined); // EPIPE: it did not want its input
  child.stdin.end(options.input ?? '');
  const timer = setTimeout(() => child.kill('SIGKILL'), options.deadlineMilliseconds ?? 60_000);
  const code = await ended(child).finally(() => clearTimeout(timer));
  return {
    code,
    stdout: await stdout,
    stderr: await stderr,
    milliseconds: Math.round(performance.now() - started),
  };
}

/** Runs and throws, with what it said, unless it ends with 0. */
export async function must(
  host: Host,
  who: Identity,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const outcome = await run(host, who, argv, options);
  if (outcome.code !== 0) {
    throw new Error(`${argv.join(' ')} ended with ${outcome.code}: ${outcome.stderr}${outcome.stdout}`);
  }
  return outcome.stdout;
}

export interface Background {
  readonly name: string;
  readonly pid: number;
  readonly log: string;
  alive(): boolean;
  /** Sends the signal and waits for the end; SIGKILL after five seconds. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const running = new Set<Background>();

/** Starts a process that stays; what it prints goes to /run/lab/log/NAME.log. */
export function start(host: Host, who: Identity, name: string, argv: readonly string[]): Background {
  return startHere(who, name, commandLine(host, who, argv));
}

/** The same in the lab's own network, which is none of its hosts'; the words are taken as they are. */
export function startHere(who: Identity, name: string, argv: readonly string[]): Background {
  mkdirSync(LOG, { recursive: true });
  const log = `${LOG}/${name}.log`;
  const out = openSync(log, 'a');
  const [file, ...rest] = argv;
  const child = spawn(file ?? '', rest, { env: environmentOf(who), stdio: ['ignore', out, out] });
  closeSync(out);
  if (child.pid === undefined) throw new Error(`${name} did not start`);
  const end = ended(child);
  const background: Background = {
    name,
    pid: child.pid,
    log,
    alive: () => child.exitCode === null && child.signalCode === null,
    stop: async (signal = 'SIGTERM') => {
      if (background.alive()) child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await end.finally(() => clearTimeout(timer));
      running.delete(background);
    },
  };
  running.add(background);
  void end.then(() => running.delete(background));
  return background;
}

/** Ends everything started here, newest first. */
export async function stopAll(): Promise<void> {
  for (const background of [...running].reverse()) await background.stop();
}

export const stillRunning = (): readonly Background[] => [...running];

/** Waits until the condition holds; throws with its name when it does not within the deadline. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMilliseconds = 10_000,
): Promise<void> {
  const deadline = performance.now() + deadlineMilliseconds;
  while (!(await condition())) {
    if (performance.now() > deadline)
      throw new Error(`waited ${deadlineMilliseconds} ms in vain for: ${what}`);
    await sleep(10);
  }
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code));
  });
}

async function collect(child: ChildProcess, name: 'stdout' | 'stderr'): Promise<string> {
  const chunks: Buffer[] = [];
  const stream = child[name];
  if (stream === null) return '';
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
