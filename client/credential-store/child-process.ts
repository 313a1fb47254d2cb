import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { childEnvironment } from './child-environment.ts';
import type { CredentialRequest, CredentialResult } from './child-message.ts';
import {
  credentialError,
  isCredentialProblemCode,
  type CredentialProblemCode,
} from './credential-problem.ts';

export interface CredentialChildOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly deadlines: Deadlines;
}

export interface Deadlines {
  /** Until the process behind it has the request: loading Node and the library, on a slow disk too. */
  readonly startMs: number;
  /** From there to the service's first answer. Nobody is asked anything yet. */
  readonly reachMs: number;
  /** From there to the result: somebody may have to find and type a password. */
  readonly answerMs: number;
}

/**
 * How many requests one child gets. Each leaves up to two connections to the bus open, until the library's objects
 * happen to be collected; only the end of the process closes them for certain. A bus without limits of its own refuses
 * the 256th of a user.
 */
export const CALLS_PER_PROCESS = 30;

/** One child, good for one request at a time until it is worn, has failed, been ended, or died. */
export class CredentialChild {
  readonly #child: ChildProcess;
  readonly #deadlines: Deadlines;
  #requests = 0;

  constructor({ environment, deadlines }: CredentialChildOptions) {
    this.#deadlines = deadlines;
    // Secrets go over the pipe that fork() opens; arguments and environment can be read by others.
    this.#child = fork(childProgram(), [], {
      env: childEnvironment(environment),
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    // Without a listener a failed start would be thrown where nobody can catch it; `request` reports it.
    this.#child.on('error', ignore);
    this.#rest();
  }

  get processId(): number | undefined {
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#child.connected && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** It has served its share: whoever has its last answer ends it. */
  get worn(): boolean {
    return this.#requests >= CALLS_PER_PROCESS;
  }

  /** Ends the child, whatever it is doing. */
  end(): void {
    if (this.#child.connected) this.#child.disconnect();
    this.#child.kill('SIGKILL');
  }

  async request(request: CredentialRequest): Promise<CredentialResult> {
    this.#requests += 1;
    this.#child.ref();
    this.#child.channel?.ref();
    try {
      return await this.#exchange(request);
    } finally {
      this.#rest();
    }
  }

  async #exchange(request: CredentialRequest): Promise<CredentialResult> {
    const { promise, resolve, reject } = Promise.withResolvers<CredentialResult>();
    const fail = (error: Error) => {
      this.end();
      reject(error);
    };
    const { startMs, reachMs, answerMs } = this.#deadlines;
    const within = (ms: number, code: CredentialProblemCode) =>
      setTimeout(() => fail(credentialError(code)), ms);
    let deadline = within(startMs, 'keychain_silent');
    const next = (timer: NodeJS.Timeout) => {
      clearTimeout(deadline);
      deadline = timer;
    };
    const gone = (cause?: unknown) => fail(credentialError('keychain_unavailable', cause));
    const heard = (message: unknown) => {
      const reply = replySchema.safeParse(message);
      if (!reply.success) return gone(reply.error);
      const said = reply.data;
      if (said.kind === 'heard') next(within(reachMs, 'keychain_silent'));
      else if (said.kind === 'reached') next(within(answerMs, 'keychain_timeout'));
      else if (said.kind === 'done') resolve(said.result);
      else reject(said.failure);
    };
    const exited = () => gone(new Error('the process that talks to the keychain ended'));
    this.#child.on('message', heard).on('exit', exited).on('error', gone);
    try {
      this.#child.send(request, (error) => {
        if (error !== null) gone(error);
      });
      return await promise;
    } finally {
      clearTimeout(deadline);
      this.#child.off('message', heard).off('exit', exited).off('error', gone);
    }
  }

  /** A child with nothing to do keeps no program running. */
  #rest(): void {
    this.#child.unref();
    this.#child.channel?.unref();
  }
}

const failureSchema = z
  .object({ code: z.string().refine(isCredentialProblemCode), cause: z.string() })
  .transform(({ code, cause }) => credentialError(code, new Error(cause)));
const resultSchema = z.union([
  z.string(),
  z.boolean(),
  z.null(),
  z.array(z.object({ account: z.string(), password: z.string() })),
  z.array(z.string()),
]);
const replySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('heard') }),
  z.object({ kind: z.literal('reached') }),
  z.object({ kind: z.literal('done'), result: resultSchema }),
  z.object({ kind: z.literal('failed'), failure: failureSchema }),
]);

function ignore(): void {}

/** Beside this file as source; in a bundle it is beside the programs, one above their shared chunks. */
function childProgram(): string {
  const places = ['./child.ts', './credential-child.mjs', '../credential-child.mjs'];
  const files = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const found = files.find((file) => existsSync(file));
  if (found === undefined)
    throw credentialError('keychain_unavailable', new Error('credential-child is missing'));
  return found;
}
