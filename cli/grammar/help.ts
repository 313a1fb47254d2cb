import type { Command, Help } from 'commander';
import { displayWidth } from '../terminal/display-width.ts';
import { examplesOf, type Example } from './command.ts';

/** Narrower than this beside its name, a description goes below it. */
const LEAST_COLUMN = 24;

/** Help that fits the terminal, with examples below every command. */
export function configureHelp(program: Command): void {
  program.configureHelp({
    minWidthToWrap: LEAST_COLUMN,
    displayWidth,
    formatItem,
    subcommandTerm: (one) => `${one.name()} ${argumentsOf(one)}`.trimEnd(),
    // The administrator's `user list` is not the tunnels' `list`: a path tells them apart.
    commandUsage: (one) => `${pathOf(one)} ${one.usage()}`.trimEnd(),
  });
  program.addHelpText('afterAll', ({ command: shown }) => {
    const width = program.configureOutput().getOutHelpWidth?.() ?? 80;
    return exampleText(examplesOf(shown), { helper: shown.createHelp(), width });
  });
}

/** `sanad registration show` */
export function pathOf(one: Command): string {
  return one.parent === null ? one.name() : `${pathOf(one.parent)} ${one.name()}`;
}

function argumentsOf(one: Command): string {
  return one.registeredArguments
    .map((argument) => (argument.required ? `<${argument.name()}>` : `[${argument.name()}]`))
    .join(' ');
}

function formatItem(this: void, term: string, termWidth: number, description: string, helper: Help): string {
  const width = (helper.helpWidth ?? 80) - termWidth - 4;
  if (width >= LEAST_COLUMN) {
    const padded = term + ' '.repeat(termWidth - displayWidth(term));
    return `  ${padded}  ${indented(helper.boxWrap(description, width), termWidth + 4)}`.trimEnd();
  }
  const below = helper.boxWrap(description, Math.max(LEAST_COLUMN, (helper.helpWidth ?? 80) - 6));
  return `  ${term}\n      ${indented(below, 6)}`.trimEnd();
}

/** A line to type is never broken: it is there to be copied. */
function exampleText(
  examples: readonly Example[],
  { helper, width }: { readonly helper: Help; readonly width: number },
): string {
  if (examples.length === 0) return '';
  const shown = examples.map(([line, effect]) => {
    const wrapped = helper.boxWrap(effect, Math.max(LEAST_COLUMN, width - 6));
    return `  ${line}\n      ${indented(wrapped, 6)}`;
  });
  return `\n${examples.length === 1 ? 'Example' : 'Examples'}:\n${shown.join('\n')}`;
}

function indented(text: string, columns: number): string {
  return text.replaceAll('\n', `\n${' '.repeat(columns)}`);
}
