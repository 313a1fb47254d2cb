import process from 'node:process';
import { SanadError, type Problem, type ProblemKind } from '#shared/contract/problem.ts';

/** As those of `sanad`. */
const exitCodes: Readonly<Record<ProblemKind, number>> = {
  usage: 2,
  daemon: 3,
  registration: 4,
  gateway: 5,
  keychain: 6,
  permission: 7,
  internal: 1,
};

/** Runs a command; a problem ends the process with its exit code, its reason and the one next action. */
export async function runCommand(json: boolean, command: () => Promise<void> | void): Promise<void> {
  try {
    await command();
  } catch (error) {
    const problem = problemOf(error);
    printProblem(problem, json);
    process.exitCode = exitCodes[problem.kind];
  }
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function printLines(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

function printProblem(problem: Problem, json: boolean): void {
  if (json) {
    printJson({ problem });
    return;
  }
  process.stderr.write(`${problem.reason}\nNext: ${problem.nextAction}\n(${problem.code})\n`);
}

function problemOf(error: unknown): Problem {
  if (error instanceof SanadError) return error.problem;
  return {
    kind: 'internal',
    code: 'internal_error',
    reason: error instanceof Error ? error.message : String(error),
    nextAction: 'Report this as a bug.',
  };
}
