import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { endThread, keptThread } from './mutation.pool.ts';

/** The shortest first, as the run without any change has found them: most changes are noticed by many tests. */
class ShortestFirst extends BaseSequencer {
  readonly #milliseconds = new Map<string, number>();

  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    for (const file of files) {
      const duration = this.ctx.cache.getTestSpecificationResult(file)?.duration;
      if (duration !== undefined && !this.#milliseconds.has(file.moduleId))
        this.#milliseconds.set(file.moduleId, duration);
    }
    const milliseconds = ({ moduleId }: TestSpecification) => this.#milliseconds.get(moduleId) ?? 0;
    return [...files].sort((a, b) => milliseconds(a) - milliseconds(b));
  }
}

/**
 * What `script/mutation` runs for each mutant: the tests in MUTATION_TESTS. Not by Stryker's own --testFiles: with it
 * (10.1.1) a mutant in code that runs when a module is loaded is never switched on, and so always survives.
 */
export default defineConfig({
  plugins: [
    {
      name: 'kept-thread',
      // Here, since Stryker says the pool over the configuration.
      configureVitest({ vitest, project }) {
        Object.assign(project.config, { pool: keptThread.name, poolRunner: keptThread });
        vitest.onClose(endThread);
      },
    },
  ],
  test: {
    include: (process.env['MUTATION_TESTS'] ?? '').split(','),
    testTimeout: 60_000,
    isolate: false,
    sequence: { sequencer: ShortestFirst },
    setupFiles: ['script/lib/mutation.setup.ts'],
  },
});
