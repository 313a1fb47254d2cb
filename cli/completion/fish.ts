import { pathPatterns, valueOptions } from './bash.ts';
import { NAMES_WORD } from './names.ts';
import type { CommandNode, Value } from './tree.ts';

/** Completion for fish 3 and newer. */
export function fishCompletion(tree: readonly CommandNode[]): readonly string[] {
  return [
    '# Completion of sanad for fish. Made by: sanad completion fish',
    '',
    '# Which command is being typed, and how many words stand after it: `sanad registration show 0`.',
    'function __sanad_place',
    '    set -l place sanad',
    '    set -l count 0',
    '    set -l is_value 0',
    '    set -l typed (commandline -opc)',
    '    for word in $typed[2..]',
    '        if test $is_value = 1',
    '            set is_value 0',
    '            continue',
    '        end',
    '        switch "$place $word"',
    ...pathPatterns(tree).flatMap((path) => [
      `            case ${quoted(path)}`,
      `                set place ${quoted(path)}`,
      '                set count 0',
    ]),
    ...valueOptions(tree).flatMap((option) => [
      `            case ${quoted(option)}`,
      '                set is_value 1',
    ]),
    "            case '* -*'",
    "            case '*'",
    '                set count (math $count + 1)',
    '        end',
    '    end',
    '    echo "$place $count"',
    'end',
    '',
    'function __sanad_at',
    '    string match -q -- "$argv *" (__sanad_place)',
    'end',
    '',
    'function __sanad_first',
    '    test (__sanad_place) = "$argv 0"',
    'end',
    '',
    'complete -c sanad -f',
    ...tree.flatMap(lines),
  ];
}

function lines({ path, words, options, argument }: CommandNode): readonly string[] {
  const first = `complete -c sanad -n ${quoted(`__sanad_first ${path}`)}`;
  const at = `complete -c sanad -n ${quoted(`__sanad_at ${path}`)}`;
  return [
    ...words.map(({ name, summary }) => `${first} -a ${name} -d ${quoted(summary)}`),
    ...(words.length === 0 && argument !== null ? [`${first} ${offer(argument)}`] : []),
    ...options.map(({ long, short, summary, value }) => {
      const letter = short === undefined ? '' : ` -s ${short.slice(1)}`;
      const takes = value === undefined ? '' : ` -r ${value === null ? '-f' : offer(value)}`;
      return `${at} -l ${long.slice(2)}${letter}${takes} -d ${quoted(summary)}`;
    }),
  ];
}

function offer(value: Exclude<Value, null>): string {
  if (value === 'files') return '-F';
  if (value === 'users') return "-a '(__fish_complete_users)'";
  if (value === 'tunnels' || value === 'gateways') return `-f -a '(command sanad ${NAMES_WORD} ${value})'`;
  return `-f -a ${quoted(value.join(' '))}`;
}

/** In single quotes fish reads nothing but \\ and \'. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
