import { CommanderError } from 'commander';
import { SanadError, type Problem } from '#shared/contract/problem.ts';
import { problemLines, type Answer } from './answer.ts';
import { cliError, Interrupted } from './cli-problem.ts';
import { DONE, exitCodeOf, INTERRUPTED } from './exit-code.ts';
import { buildProgram, type HelpText } from './program.ts';
import type { Surroundings } from './surroundings.ts';

/** Runs one command line and gives its exit code. Everything that happens becomes an answer on the terminal. */
export async function run(words: readonly string[], surroundings: Surroundings): Promise<number> {
  // Before anything is parsed: a command line that cannot be understood is answered in JSON, too.
  const isJson = words.includes('--json');
  const help: HelpText = { out: '', error: '' };
  try {
    const answer = await answerTo(words, { surroundings, isJson, help });
    return finish(answer, { surroundings, isJson });
  } catch (cause) {
    if (cause instanceof CommanderError && cause.exitCode === 0) {
      return finish(
        { json: { text: help.out }, lines: help.out.trimEnd().split('\n') },
        { surroundings, isJson },
      );
    }
    return fail(cause, { surroundings, isJson, help, command: words[0] });
  }
}

interface Mode {
  readonly surroundings: Surroundings;
  readonly isJson: boolean;
}

async function answerTo(
  words: readonly string[],
  { help, ...mode }: Mode & { readonly help: HelpText },
): Promise<Answer | undefined> {
  let answer: Answer | undefined;
  const program = buildProgram({
    ...mode,
    help,
    onAnswer: (given) => {
      answer = given;
    },
  });
  await program.parseAsync(words, { from: 'user' });
  return answer;
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
  readonly command: string | undefined;
}

function fail(cause: unknown, { surroundings: { terminal }, isJson, help, command }: Failure): number {
  const problem = problemOf(cause);
  if (isJson) terminal.sayJson({ ok: false, problem });
  else {
    // Without a command, commander shows the whole help instead of a sentence.
    if (cause instanceof CommanderError && cause.code === 'commander.help')
      terminal.tell(help.error.split('\n'));
    terminal.tell(problemLines(problem, command === 'connect' ? 'Not connected: ' : ''));
  }
  return cause instanceof Interrupted ? INTERRUPTED : exitCodeOf(problem.kind);
}

function problemOf(cause: unknown): Problem {
  if (cause instanceof SanadError) return cause.problem;
  if (cause instanceof CommanderError) {
    const detail = cause.code === 'commander.help' ? 'no command' : cause.message.replace(/^error: /, '');
    return cliError('usage', { detail: detail.replaceAll('\n', ' ') }).problem;
  }
  return cliError('unexpected', { detail: systemCode(cause) }).problem;
}

/** What kind of surprise, without its text: that may hold anything. */
function systemCode(cause: unknown): string {
  if (!(cause instanceof Error)) return 'not an error';
  return 'code' in cause ? String(cause.code) : cause.name;
}
