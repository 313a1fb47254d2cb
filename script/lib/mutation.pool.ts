import type { PoolRunnerInitializer, PoolWorker } from 'vitest/node';
import { ThreadsPoolWorker } from 'vitest/node';

type Options = ConstructorParameters<typeof ThreadsPoolWorker>[0];
type Message = Parameters<PoolWorker['send']>[0];
type Listener = Parameters<PoolWorker['on']>[1];

let thread: ThreadsPoolWorker | undefined;
/** A thread that was set up once is told no more than what to run. */
let setUp = false;
/** Whether the thread has loaded its modules with a change in them. */
let changed = false;

/** Ends the thread: the next run has one that knows nothing. */
export async function endThread(): Promise<void> {
  await thread?.stop();
  thread = undefined;
  setUp = false;
}

/**
 * A thread that goes on from run to run with the modules it has loaded, since loading them is most of the time of a
 * mutant. The test files themselves are read anew. A mutant in code that runs while a module is loaded (Stryker calls it
 * static) has a thread of its own.
 */
class KeptThread implements PoolWorker {
  readonly name = keptThread.name;
  readonly #options: Options;
  readonly #listeners = new Set<Listener>();
  #config: object | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { mutantActivation } = this.#options.project.getProvidedContext() as { mutantActivation?: string };
    const changing = mutantActivation === 'static';
    if (changing || changed) await endThread();
    changed = changing;
    if (thread !== undefined) return;
    thread = new ThreadsPoolWorker(this.#options);
    await thread.start();
  }

  async stop(): Promise<void> {
    // It goes on.
  }

  on(event: string, listener: Listener): void {
    if (event === 'message') this.#listeners.add(listener);
    thread?.on(event, listener);
  }

  off(event: string, listener: Listener): void {
    this.#listeners.delete(listener);
    thread?.off(event, listener);
  }

  send(message: Message): void {
    const { type, context } = message as { type?: string; context?: { config?: object } };
    if (type === 'stop') return this.#answer('stopped');
    if (type === 'start') {
      this.#config = context?.config;
      if (setUp) return this.#answer('started');
      setUp = true;
    }
    // Which tests are to run is said in the configuration, which the thread was given when it was set up.
    if (type === 'run') Object.assign(context ?? {}, { config: this.#config });
    thread?.send(message);
  }

  #answer(type: string): void {
    const answer = { type, __vitest_worker_response__: true };
    setImmediate(() => {
      for (const listener of [...this.#listeners]) listener(answer);
    });
  }

  deserialize(data: unknown): unknown {
    return data;
  }
}

export const keptThread: PoolRunnerInitializer = {
  name: 'kept thread',
  createPoolWorker: (options) => new KeptThread(options),
};
