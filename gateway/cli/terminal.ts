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
  process.stdout.write(`${escaped(JSON.stringify(value))}\n`);
}

export function printLines(lines: readonly string[]): void {
  process.stdout.write(`${lines.map(printable).join('\n')}\n`);
}

/**
 * Registrants, gateways and reviewers write some of what is printed. Control characters could steer the terminal,
 * invisible and bidirectional ones make one line read as another.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}

/** JSON lets DEL, C1 controls and invisible characters through as they are; here they are escaped, the value the same. */
function escaped(json: string): string {
  return json.replaceAll(/[\u007f-\u009f\u2028\u2029]|\p{Cf}/gu, (character) =>
    Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

function printProblem(problem: Problem, json: boolean): void {
  if (json) {
    printJson({ problem });
    return;
  }
  const lines = [problem.reason, `Next: ${problem.nextAction}`, `(${problem.code})`];
  process.stderr.write(`${lines.map(printable).join('\n')}\n`);
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
