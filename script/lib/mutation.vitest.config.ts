import { defineConfig } from 'vitest/config';

/**
 * What `script/mutation` runs for each mutant: the tests in MUTATION_TESTS. Not by Stryker's own --testFiles: with it
 * (10.1.1) a mutant in code that runs when a module is loaded is never switched on, and so always survives.
 */
export default defineConfig({
  test: { include: (process.env['MUTATION_TESTS'] ?? '').split(','), testTimeout: 60_000 },
});
