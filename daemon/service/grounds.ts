import { originsAll } from '#shared/registration/compose-policy.ts';
import { strictestPolicy, type Policy } from '#shared/registration/policy.ts';
import type { Primitives } from '#shared/registration/primitives.ts';
import type { Clock } from '../port/clock.ts';
import type { StateStore } from '../port/state-store.ts';
import { FloorClock } from './floor-clock.ts';
import { Keeper } from './keeper.ts';
import { loadPolicy, type PolicyReading } from './load-policy.ts';
import type { Log } from './log.ts';
import { MemoryKeeper } from './memory-keeper.ts';
import { readAnchors } from './read-anchors.ts';
import { SignedFiles } from './signed-files.ts';
import type { Warnings } from './warnings.ts';

export interface GroundsOptions {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly primitives: Primitives;
  readonly log: Log;
  readonly warnings: Warnings;
  readonly anchorDirectory: string;
  readonly policyDirectory: string;
  /** Whose files there count: root's, but in tests. */
  readonly ownerUid: number;
  /** Epoch seconds: no true clock is behind this. */
  readonly builtAt: number;
  readonly onChange: () => void;
}

/** All that a judgement rests on besides the certificate: anchors, key sets, status lists, policy, time. */
export class Grounds {
  readonly #options: GroundsOptions;
  readonly memory: MemoryKeeper;
  readonly clock: FloorClock;
  readonly keeper: Keeper;
  /** The strictest until the administrator's has been read. */
  #policy: PolicyReading = {
    policy: strictestPolicy,
    origins: originsAll({ kind: 'strictest' }),
    problem: null,
  };

  private constructor(options: GroundsOptions, memory: MemoryKeeper) {
    const { store, primitives, log, warnings } = options;
    const { clock, builtAt } = options;
    this.#options = options;
    this.memory = memory;
    this.clock = new FloorClock({ clock, builtAt, storedFloor: memory.current.floor });
    const files = new SignedFiles({ store, log, onDisk: (problem) => warnings.set('disk', problem) });
    const onChange = (): void => this.#changed();
    this.keeper = new Keeper({ store, clock: this.clock, primitives, files, onChange });
  }

  /** Knows no anchor yet: `reload` reads them. */
  static async load(options: GroundsOptions): Promise<Grounds> {
    const { store, warnings } = options;
    return new Grounds(options, await MemoryKeeper.load(store, (problem) => warnings.set('memory', problem)));
  }

  get policy(): Policy {
    return this.#policy.policy;
  }

  /** The policy with where its values come from. */
  get policyReading(): PolicyReading {
    return this.#policy;
  }

  /** Reads the administrator's files again; gives the anchors' names. */
  async reload(): Promise<readonly string[]> {
    const { anchorDirectory, ownerUid, warnings } = this.#options;
    await this.#reloadPolicy();
    const { anchors, problem } = await readAnchors({ path: anchorDirectory, ownerUid });
    warnings.set('anchors', problem);
    await this.keeper.useAnchors(anchors);
    return anchors.map(({ name }) => name);
  }

  async #reloadPolicy(): Promise<void> {
    const { policyDirectory, ownerUid, warnings } = this.#options;
    const { lastGoodPolicy } = this.memory.current;
    const reading = await loadPolicy({
      path: policyDirectory,
      ownerUid,
      lastGood: lastGoodPolicy,
    });
    const { policy, problem } = reading;
    warnings.set('policy', problem);
    this.#policy = reading;
    if (problem === null) await this.memory.remember({ lastGoodPolicy: policy });
  }

  #changed(): void {
    void this.memory.remember({ floor: this.clock.signedAt });
    this.#options.onChange();
  }
}
