import { defineConfig } from 'vitest/config';

/**
 * unit: pure and fast, in script/check. integration: real parts (Secret Service, SQLite, sockets, processes).
 * lab: real WireGuard and nftables in namespaces; skipped, with the reason said, where those cannot be made.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.integration.test.ts', 'test/**/*.lab.test.ts', 'node_modules/**'],
          // Fast, but on a machine that does much else nothing is.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/**/*.integration.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'lab',
          include: ['test/**/*.lab.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
