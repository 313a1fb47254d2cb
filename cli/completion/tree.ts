import type { Argument, Command, Option } from 'commander';
import { pathOf } from '../grammar/help.ts';
import type { NameKind } from './names.ts';

/** What can stand in a place. A list: one of these words. */
export type Value = NameKind | 'files' | 'users' | readonly string[] | null;

interface Word {
  readonly name: string;
  readonly summary: string;
}

interface OptionNode {
  readonly long: string;
  readonly short: string | undefined;
  readonly summary: string;
  /** undefined: it takes no value. */
  readonly value: Value | undefined;
}

/** A command as the shells need it. */
export interface CommandNode {
  /** `sanad registration show` */
  readonly path: string;
  /** Commands below it. */
  readonly words: readonly Word[];
  readonly options: readonly OptionNode[];
  /** Its first argument. */
  readonly argument: Value;
}

/** Every command of the grammar, the root first. */
export function completionTree(program: Command): readonly CommandNode[] {
  const words = wordsOf(program);
  const help: Word = { name: 'help', summary: 'how a command is meant, with an example' };
  const [root, ...rest] = nodesOf(program);
  if (root === undefined) throw new Error('a grammar without a root');
  const helpNode = {
    path: `${root.path} help`,
    words: [],
    options: [],
    argument: words.map(({ name }) => name),
  };
  return [{ ...root, words: [...words, help] }, ...rest, helpNode];
}

function nodesOf(one: Command): readonly CommandNode[] {
  const [argument] = one.registeredArguments;
  const node: CommandNode = {
    path: pathOf(one),
    words: wordsOf(one),
    options: one.createHelp().visibleOptions(one).map(optionNode),
    argument: argument === undefined ? null : valueOfArgument(argument),
  };
  return [node, ...one.commands.flatMap(nodesOf)];
}

function wordsOf(one: Command): readonly Word[] {
  return one.commands.map((below) => ({ name: below.name(), summary: below.summary() }));
}

function optionNode(option: Option): OptionNode {
  const takesValue = option.required || option.optional;
  const placeholder = /[<[]([^\]>]+)[\]>]/.exec(option.flags)?.[1] ?? '';
  const value = option.argChoices ?? (option.long === '--gateway' ? 'gateways' : filesIf(placeholder));
  return {
    long: option.long ?? option.flags,
    short: option.short,
    summary: option.description,
    value: takesValue ? value : undefined,
  };
}

function valueOfArgument(argument: Argument): Value {
  if (argument.argChoices !== undefined) return argument.argChoices;
  const name = argument.name();
  if (/^(tunnel|name)(-or-id)?$/.test(name)) return 'tunnels';
  if (name === 'user') return 'users';
  return filesIf(name);
}

function filesIf(name: string): Value {
  return /(^|-)(file|directory)(-|$)/.test(name) ? 'files' : null;
}
