import { NAMES_WORD } from './names.ts';
import type { CommandNode, Value } from './tree.ts';

/**
 * Completion for bash 4.4 and newer. Names of tunnels are whatever a file was called: they are compared and quoted,
 * and never go through `compgen -W`, which would run what stands in them.
 */
export function bashCompletion(tree: readonly CommandNode[]): readonly string[] {
  return [
    '# Completion of sanad for bash. Made by: sanad completion bash',
    '',
    '# $1: what to ask for. Offers the names that begin with the word that is typed.',
    '_sanad_names() {',
    '  local name typed=${COMP_WORDS[COMP_CWORD]}',
    '  local open=${typed:0:1}',
    '  typed=${typed#[\\"\\\']} typed=${typed//\\\\/}',
    '  while IFS= read -r name; do',
    '    [[ $name == "$typed"* ]] || continue',
    '    if [[ $open != [\\"\\\'] ]]; then',
    '      printf -v name %q "$name"',
    '    elif [[ $name == *[\\"\\\'\\$\\`\\\\!]* ]]; then',
    '      continue',
    '    fi',
    '    COMPREPLY+=("$name")',
    `  done < <(command sanad ${NAMES_WORD} "$1" 2>/dev/null)`,
    '}',
    '',
    '_sanad() {',
    '  local typed=${COMP_WORDS[COMP_CWORD]} path=sanad count=0 i',
    '  COMPREPLY=()',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    '    case "$path ${COMP_WORDS[i]}" in',
    ...pathPatterns(tree).map((path) => `      ${quoted(path)}) path=${quoted(path)} count=0 ;;`),
    ...valueOptions(tree).map((option) => `      ${quoted(option)}) ((i++)) ;;`),
    '      *" -"*) ;;',
    '      *) ((count++)) ;;',
    '    esac',
    '  done',
    '  case "$path ${COMP_WORDS[COMP_CWORD-1]}" in',
    ...tree.flatMap(({ path, options }) =>
      options.flatMap(({ long, value }) =>
        value === undefined ? [] : [`    ${quoted(`${path} ${long}`)}) ${offer(value)}; return ;;`],
      ),
    ),
    '  esac',
    '  if [[ $typed == -* ]]; then',
    '    case "$path" in',
    ...tree.map(({ path, options }) => `      ${quoted(path)}) ${offer(options.map(({ long }) => long))} ;;`),
    '    esac',
    '    return',
    '  fi',
    '  case "$path $count" in',
    ...tree.map(({ path, words, argument }) => {
      const value = words.length > 0 ? words.map(({ name }) => name) : argument;
      return `    ${quoted(`${path} 0`)}) ${offer(value)} ;;`;
    }),
    '  esac',
    '}',
    'complete -F _sanad sanad',
  ];
}

function offer(value: Value): string {
  if (value === null) return ':';
  if (value === 'files') return 'compopt -o default';
  if (value === 'users') return 'COMPREPLY=($(compgen -u -- "$typed"))';
  if (value === 'tunnels' || value === 'gateways') return `_sanad_names ${value}`;
  return `COMPREPLY=($(compgen -W ${quoted(value.join(' '))} -- "$typed"))`;
}

export function pathPatterns(tree: readonly CommandNode[]): readonly string[] {
  return tree.slice(1).map(({ path }) => path);
}

/** `sanad import --name`: the word after it is its value. */
export function valueOptions(tree: readonly CommandNode[]): readonly string[] {
  return tree.flatMap(({ path, options }) =>
    options.flatMap(({ long, value }) => (value === undefined ? [] : [`${path} ${long}`])),
  );
}

/** In single quotes, in which no shell expands anything. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
