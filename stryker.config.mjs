/**
 * For `script/mutation`, which says what is changed and which tests have to notice. Every kind of change is made, words
 * that people read included: a sentence that may become empty unnoticed is not tested.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'script/lib/mutation.vitest.config.ts', related: false },
  coverageAnalysis: 'perTest',
  concurrency: 1,
  // Enough for every test on a busy machine, and not much more: what loops for ever costs this much each time.
  timeoutMS: 10_000,
  // Not in node_modules, where Node strips no types and vitest finds no tests.
  tempDirName: '.stryker-tmp',
  ignorePatterns: ['/dist', '/docs', '/packaging', '/reports', '/coverage'],
  reporters: ['progress-append-only', 'clear-text', 'json'],
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: process.env.MUTATION_REPORT ?? 'reports/mutation/mutation.json' },
  thresholds: { high: 95, low: 90, break: 90 },
};
