import type { Problem } from '#shared/contract/problem.ts';
import type { Memory, StateStore } from '../port/state-store.ts';
import { problemOf } from './service-problem.ts';

const nothing: Memory = { floor: 0, origins: [], lastGoodPolicy: null };

/** What is kept over restarts besides target and signed files. A failed write is told; the next one repeats it. */
export class MemoryKeeper {
  readonly #store: StateStore;
  readonly #onTrouble: (problem: Problem | null) => void;
  #memory: Memory;
  #isOnDisk = true;

  private constructor(store: StateStore, memory: Memory, onTrouble: (problem: Problem | null) => void) {
    this.#store = store;
    this.#memory = memory;
    this.#onTrouble = onTrouble;
  }

  /** An unreadable file opens nothing: floors start at the build's time and signed files are verified anew. */
  static async load(store: StateStore, onTrouble: (problem: Problem | null) => void): Promise<MemoryKeeper> {
    const reading = await store.readMemory();
    if (reading.kind === 'unreadable') onTrouble(reading.problem);
    return new MemoryKeeper(store, reading.kind === 'read' ? reading.value : nothing, onTrouble);
  }

  get current(): Memory {
    return this.#memory;
  }

  async remember(news: Partial<Memory>): Promise<void> {
    const next = { ...this.#memory, ...news };
    if (this.#isOnDisk && JSON.stringify(next) === JSON.stringify(this.#memory)) return;
    this.#memory = next;
    this.#isOnDisk = false;
    try {
      await this.#store.writeMemory(next);
      this.#isOnDisk = this.#memory === next;
      this.#onTrouble(null);
    } catch (cause) {
      this.#onTrouble(problemOf(cause));
    }
  }
}
