import { CommanderError, type Command } from 'commander';
import { SanadError, type Problem } from '#shared/contract/problem.ts';
import { problemLines, strong, type Answer, type Line } from './answer.ts';
import { cliError, Interrupted } from './cli-problem.ts';
import { DONE, exitCodeOf, INTERRUPTED } from './exit-code.ts';
import { usageProblem } from './grammar/usage-problem.ts';
import { buildProgram, type HelpText } from './program.ts';
import type { Surroundings } from './surroundings.ts';

/** Runs one command line and gives its exit code. Everything that happens becomes an answer on the terminal. */
export async function run(words: readonly string[], surroundings: Surroundings): Promise<number> {
  // Before anything is parsed: a command line that cannot be understood is answered in JSON, too.
  const mode: Mode = { surroundings, isJson: words.includes('--json') };
  const help: HelpText = { out: '', error: '' };
  let answer: Answer | undefined;
  const program = buildProgram({ ...mode, help, onAnswer: (given) => (answer = given) });
  try {
    await program.parseAsync(words, { from: 'user' });
    return finish(answer, mode);
  } catch (cause) {
    if (cause instanceof CommanderError && cause.exitCode === 0) {
      return finish({ json: { text: help.out }, lines: helpLines(help.out) }, mode);
    }
    return fail(cause, { ...mode, help, program, words });
  }
}

interface Mode {
  readonly surroundings: Surroundings;
  readonly isJson: boolean;
}

/** A heading stands alone at the margin and ends in a colon. */
function helpLines(text: string): readonly Line[] {
  const lines = text.trimEnd().split('\n');
  return lines.map((line) => (/^\S.*:$/.test(line) ? strong(line) : line));
}

function finish(answer: Answer | undefined, { surroundings: { terminal }, isJson }: Mode): number {
  if (answer === undefined) return DONE;
  const { json, lines, problem } = answer;
  const outcome = problem === undefined ? { ok: true } : { ok: false, problem };
  if (isJson) terminal.sayJson({ ...outcome, ...json });
  else terminal.say(lines);
  if (problem === undefined) return DONE;
  if (!isJson) terminal.tell(problemLines(problem));
  return exitCodeOf(problem.kind);
}

interface Failure extends Mode {
  readonly help: HelpText;
  readonly program: Command;
  readonly words: readonly string[];
}

function fail(cause: unknown, { surroundings: { terminal }, isJson, ...typed }: Failure): number {
  const problem = problemOf(cause, typed);
  if (isJson) terminal.sayJson({ ok: false, problem });
  else {
    // Without a command, commander shows the whole help instead of a sentence.
    if (cause instanceof CommanderError && cause.code === 'commander.help')
      terminal.tell([...helpLines(typed.help.error), '']);
    terminal.tell(problemLines(problem, typed.words[0] === 'connect' ? 'Not connected: ' : ''));
  }
  return cause instanceof Interrupted ? INTERRUPTED : exitCodeOf(problem.kind);
}

function problemOf(cause: unknown, typed: Pick<Failure, 'program' | 'words'>): Problem {
  if (cause instanceof SanadError) return cause.problem;
  if (cause instanceof CommanderError) return usageProblem(cause, typed);
  return cliError('unexpected', { detail: systemCode(cause) }).problem;
}

/** What kind of surprise, without its text: that may hold anything. */
function systemCode(cause: unknown): string {
  if (!(cause instanceof Error)) return 'not an error';
  return 'code' in cause ? String(cause.code) : cause.name;
}
