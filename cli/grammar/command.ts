import { Option, type Command } from 'commander';
import type { Answer } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';

/** What a command's code is given when it is asked for. */
export interface Grammar {
  readonly surroundings: Surroundings;
  readonly isJson: boolean;
  /** undefined: it has said everything itself. */
  readonly onAnswer: (answer: Answer | undefined) => void;
}

/** A line to type, and what it is good for. */
export type Example = readonly [line: string, effect: string];

export interface CommandText {
  /** Its name and arguments, as commander reads them: `connect <tunnel>`. */
  readonly words: string;
  /** One line in a list. */
  readonly summary: string;
  /** What a person should know before typing it, a paragraph each. */
  readonly about?: readonly string[];
  readonly examples: readonly [Example, ...Example[]];
}

/** The options that every command has stand apart from its own. */
export const EVERYWHERE = 'Everywhere:';

const texts = new WeakMap<Command, CommandText>();

/** A command of the command line. Every one has --json and an example; help, completion and manual show the same. */
export function command(parent: Command, text: CommandText): Command {
  const made = parent.command(text.words).summary(text.summary);
  const { about = [], summary } = text;
  made.description([`${capitalized(summary)}.`, ...about].join('\n\n'));
  texts.set(made, text);
  return made;
}

/** A word that only has commands of its own below it. */
export function commandGroup(parent: Command, name: string, summary: string): Command {
  const group = parent
    .command(name)
    .summary(summary)
    .description(`${capitalized(summary)}.`);
  return group.usage('<command> [options]').helpCommand(false);
}

export function examplesOf(one: Command): readonly Example[] {
  return texts.get(one)?.examples ?? [];
}

/**
 * Gives every command what all of them take, below their own. run.ts reads these before anything is parsed: what
 * cannot be parsed is answered in their way, too.
 */
export function addCommonOptions(one: Command): void {
  const common = [
    new Option('--json', 'one JSON document on standard output, for programs'),
    new Option('--no-color', 'no colours; as where NO_COLOR is set'),
  ];
  for (const option of common) one.addOption(option.helpGroup(EVERYWHERE));
  one.addHelpOption(new Option('-h, --help', 'this').helpGroup(EVERYWHERE));
  for (const below of one.commands) addCommonOptions(below);
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
