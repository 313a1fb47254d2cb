import type { Command, CommanderError } from 'commander';
import type { Problem } from '#shared/contract/problem.ts';
import { cliError } from '../cli-problem.ts';
import { pathOf } from './help.ts';

/** What was wrong with the words that were typed, and which line would be right. */
export function usageProblem(
  cause: CommanderError,
  { program, words }: { readonly program: Command; readonly words: readonly string[] },
): Problem {
  const meant = deepest(program, words);
  const { problem } = cliError('usage', { detail: detailOf(cause) });
  return { ...problem, nextAction: suggestion(cause, meant) ?? helpOn(meant) };
}

/** As far as the words name commands. */
function deepest(program: Command, words: readonly string[]): Command {
  let found = program;
  for (const word of words) {
    const next = found.commands.find((one) => one.name() === word);
    if (next === undefined && !word.startsWith('-')) break;
    found = next ?? found;
  }
  return found;
}

function detailOf({ code, message }: CommanderError): string {
  if (code === 'commander.help') return 'no command';
  const [said = ''] = message.replace(/^error: /, '').split('\n');
  return said;
}

/** commander's own guess, as a line to type. */
function suggestion({ code, message }: CommanderError, meant: Command): string | undefined {
  const [, guessed] = /\n\(Did you mean (?:one of )?(.+)\?\)$/.exec(message) ?? [];
  if (guessed === undefined) return undefined;
  const isCommand = code === 'commander.unknownCommand';
  const lines = guessed.split(', ').map((guess) => (isCommand ? `${pathOf(meant)} ${guess}` : guess));
  return `Did you mean: ${lines.join(', or: ')}`;
}

function helpOn(meant: Command): string {
  const [root = '', ...rest] = pathOf(meant).split(' ');
  // `help` knows the first level; deeper ones are asked with --help.
  const line = rest.length > 1 ? `${pathOf(meant)} --help` : [root, 'help', ...rest].join(' ');
  return `See how it is meant: ${line}`;
}
