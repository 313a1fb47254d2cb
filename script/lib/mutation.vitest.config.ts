import { defineConfig } from 'vitest/config';

/** The unit tests alone, in one process: what `script/mutation` runs for each mutant. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/**/*.integration.test.ts', 'test/**/*.lab.test.ts', 'node_modules/**'],
  },
});
