import { statSync, writeFileSync } from 'node:fs';
import { startSecretService, type SecretService } from '#test/client/credential-store/secret-service.ts';
import {
  asSomebody,
  root,
  run,
  start,
  until,
  type Background,
  type Identity,
  type Outcome,
  type RunOptions,
  must,
} from './process.ts';
import { identity, LAB, logOf, type Account } from './system.ts';
import { argumentsOf, readUnit } from '#test/packaging/unit-file.ts';

/** The client machine's services, started as the systemd units start them. */
export interface ClientServices {
  daemon: Background;
  fetcher: Background;
  /** kill -9: no clean-up of its own happens. */
  killDaemon(): Promise<void>;
  startDaemon(): Promise<void>;
  startFetcher(): Promise<void>;
}

export async function startServices(): Promise<ClientServices> {
  const fetcher = await startFetcher();
  const launch = (): Background =>
    start('client', identity('sanadd'), 'sanadd', ['sanadd', ...argumentsOf(readUnit('sanadd.service'))]);
  const services: ClientServices = {
    daemon: launch(),
    fetcher,
    killDaemon: async () => await services.daemon.stop('SIGKILL'),
    startDaemon: async () => {
      services.daemon = launch();
      await daemonAnswers(services.daemon);
    },
    startFetcher: async () => {
      services.fetcher = await startFetcher();
    },
  };
  await daemonAnswers(services.daemon);
  return services;
}

async function startFetcher(): Promise<Background> {
  const fetcher = start('client', identity('sanad-fetch'), 'sanad-fetch', ['sanad-fetch']);
  await until('the fetcher’s socket', () => exists('/run/sanad/fetch/fetch.sock'));
  return fetcher;
}

async function daemonAnswers(daemon: Background): Promise<void> {
  await until('the daemon', async () => {
    if (!daemon.alive()) throw new Error(`the daemon ended: ${logOf('sanadd')}`);
    return (await administrator('status', '--json')).code === 0;
  });
}

/** `sanad ...` as the machine's administrator. */
export const administrator = (...words: readonly string[]): Promise<Outcome> =>
  run('client', { ...root, environment: { HOME: `${LAB}/home/root` } }, ['sanad', ...words]);

/** A person at the client machine: a home, a session bus and an unlocked keychain. */
export interface Person {
  readonly name: Account;
  sanad(words: readonly string[], options?: RunOptions): Promise<Outcome>;
  /** sanad ... --json, parsed; the exit code beside it. */
  json(...words: readonly string[]): Promise<{ readonly code: number | null; readonly answer: Answer }>;
  /** A program of this person's that stays, e.g. a flood or `sanad watch`. */
  begin(name: string, argv: readonly string[]): Background;
  /** What an ordinary program of this person sees. */
  probe(...words: readonly string[]): Promise<unknown>;
  /** Runs a program of the lab's that prints one JSON line. */
  measure(program: string, ...words: readonly string[]): Promise<unknown>;
  readonly keychain: SecretService;
}

export type Answer = Readonly<Record<string, unknown>> & {
  readonly ok?: boolean;
  readonly problem?: { readonly code: string; readonly reason: string; readonly nextAction: string };
};

export async function startPerson(name: Account): Promise<Person> {
  const who = identity(name);
  const keychain = await startSecretService({
    uid: who.uid,
    gid: who.gid,
    home: who.environment['HOME'] ?? '',
  });
  const me = { ...who, environment: { ...who.environment, ...keychain.environment } };
  leaveWayIn(name, me);
  const sanad: Person['sanad'] = (words, options) => run('client', me, ['sanad', ...words], options);
  return {
    name,
    keychain,
    sanad,
    json: async (...words) => {
      const outcome = await sanad([...words, '--json']);
      return { code: outcome.code, answer: parseAnswer(outcome) };
    },
    begin: (name, argv) => start('client', me, name, argv),
    probe: async (...words) =>
      JSON.parse(await must('client', me, ['node', `${LAB}/probe.ts`, ...words])) as unknown,
    measure: async (program, ...words) =>
      JSON.parse(await must('client', me, ['node', program, ...words])) as unknown,
  };
}

/** `as-alice CMD...` inside the lab: the same identity and environment as here. */
function leaveWayIn(name: Account, who: Identity): void {
  const words = asSomebody(who).map((word) => `'${word}'`);
  writeFileSync(`${LAB}/bin/as-${name}`, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`, { mode: 0o700 });
}

function parseAnswer(outcome: Outcome): Answer {
  try {
    return JSON.parse(outcome.stdout) as Answer;
  } catch (cause) {
    throw new Error(`no JSON but: ${outcome.stdout}${outcome.stderr}`, { cause });
  }
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}
