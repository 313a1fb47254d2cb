import pc from 'picocolors';

export interface StepRecord {
  readonly name: string;
  readonly ok: boolean;
  /** What was observed, in words with the figures in it. */
  readonly seen: string;
  readonly ms: number;
}

/** A step's observation: throw `NotSeen` when the world is not as it should be. */
export class NotSeen extends Error {}

export function expectSeen(condition: boolean, seen: string): void {
  if (!condition) throw new NotSeen(seen);
}

export interface Teller {
  /** Runs a step, prints it, and remembers it. A step that fails ends the story. */
  step(name: string, observe: () => Promise<string>): Promise<void>;
  readonly steps: readonly StepRecord[];
}

/** Prints each step with what was seen and how long it took; to stderr when stdout is for JSON. */
export function createTeller({ json }: { readonly json: boolean }): Teller {
  const steps: StepRecord[] = [];
  const print = (line: string): void => void (json ? process.stderr : process.stdout).write(`${line}\n`);
  const record = (step: StepRecord): void => {
    steps.push(step);
    const mark = step.ok ? pc.green('✓') : pc.red('✗');
    print(`${mark} ${String(steps.length).padStart(2)} ${pc.bold(step.name)} ${pc.dim(`${step.ms} ms`)}`);
    for (const line of step.seen.split('\n')) print(`     ${line}`);
  };
  return {
    steps,
    step: async (name, observe) => {
      const started = performance.now();
      const took = (): number => Math.round(performance.now() - started);
      try {
        const seen = await observe();
        record({ name, ok: true, seen, ms: took() });
      } catch (error) {
        record({ name, ok: false, seen: error instanceof Error ? error.message : String(error), ms: took() });
        throw error;
      }
    },
  };
}
