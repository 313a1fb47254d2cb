import type { ProblemKind } from '#shared/contract/problem.ts';

export const DONE = 0;
/** As shells have it for a program that SIGINT ended. */
export const INTERRUPTED = 130;

/** docs/cli.md has this table for people. */
const exitCodes = {
  usage: 2,
  daemon: 3,
  registration: 4,
  gateway: 5,
  keychain: 6,
  permission: 7,
  internal: 1,
} as const satisfies Record<ProblemKind, number>;

export function exitCodeOf(kind: ProblemKind): number {
  return exitCodes[kind];
}
