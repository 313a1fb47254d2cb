import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SanadError } from '#shared/contract/problem.ts';
import {
  createCredentialStore,
  type CredentialStore,
  type CredentialStoreOptions,
} from '#client/credential-store/credential-store.ts';
import { startSecretService, type SecretService, type SecretServiceOptions } from './secret-service.ts';

export interface TestSession {
  readonly service: SecretService;
  readonly store: CredentialStore;
  /** The processes that the store has started so far. */
  readonly children: readonly number[];
}

type SessionOptions = Pick<SecretServiceOptions, 'service' | 'startSeconds' | 'prompter'> &
  Pick<CredentialStoreOptions, 'deadlines' | 'idleMs'> & {
    readonly environment?: Readonly<Record<string, string>>;
  };

/** A desktop session in a throw-away home, and a credential store in it; both are gone afterwards. */
export async function inSession(
  { service, startSeconds, prompter, environment, ...options }: SessionOptions,
  use: (session: TestSession) => Promise<void>,
): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'sanad-home-'));
  const secrets = await startSecretService({
    home,
    ...(service === undefined ? {} : { service }),
    ...(startSeconds === undefined ? {} : { startSeconds }),
    ...(prompter === undefined ? {} : { prompter }),
  });
  const children: number[] = [];
  const store = createCredentialStore({
    ...options,
    environment: { ...secrets.environment, ...environment },
    started: (processId) => children.push(processId),
  });
  try {
    await use({ service: secrets, store, children });
  } finally {
    store.close();
    await secrets.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

/** The code of the keychain's problem; fails on a value, and on any other error. */
export async function keychainProblem(call: Promise<unknown>): Promise<string> {
  const outcome = await call.then(
    (value) => new Error(`no problem but ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof SanadError && outcome.problem.kind === 'keychain') return outcome.problem.code;
  throw outcome;
}

/** A process that has ended but that nobody has waited for yet is not running. */
export function isRunning(processId: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${processId}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
