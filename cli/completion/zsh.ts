import { pathPatterns, quoted, valueOptions } from './bash.ts';
import { NAMES_WORD } from './names.ts';
import type { CommandNode, Value } from './tree.ts';

/** Completion for zsh, as a file `_sanad` in fpath, or to be sourced after compinit. */
export function zshCompletion(tree: readonly CommandNode[]): readonly string[] {
  return [
    '#compdef sanad',
    '# Completion of sanad for zsh. Made by: sanad completion zsh',
    '',
    '_sanad_names() {',
    '  local -a names',
    `  names=("\${(@f)$(command sanad ${NAMES_WORD} "$1" 2>/dev/null)}")`,
    '  # Offered as they are; zsh quotes what it inserts.',
    '  compadd -a names',
    '}',
    '',
    '_sanad() {',
    '  local place=sanad i=2 count=0',
    '  local -a list',
    '  while ((i < CURRENT)); do',
    '    case "$place ${words[i]}" in',
    ...pathPatterns(tree).map((path) => `      ${quoted(path)}) place=${quoted(path)} count=0 ;;`),
    ...valueOptions(tree).map((option) => `      ${quoted(option)}) ((i++)) ;;`),
    "      *' -'*) ;;",
    '      *) ((count++)) ;;',
    '    esac',
    '    ((i++))',
    '  done',
    '  case "$place ${words[CURRENT-1]}" in',
    ...tree.flatMap(({ path, options }) =>
      options.flatMap(({ long, value }) =>
        value === undefined ? [] : [`    ${quoted(`${path} ${long}`)}) ${offer(value)}; return ;;`],
      ),
    ),
    '  esac',
    '  if [[ ${words[CURRENT]} == -* ]]; then',
    '    case "$place" in',
    ...tree.map(({ path, options }) => {
      const rows = options.map(({ long, summary }) => described(long, summary));
      return `      ${quoted(path)}) list=(${rows.join(' ')}); _describe -o option list ;;`;
    }),
    '    esac',
    '    return',
    '  fi',
    '  case "$place $count" in',
    ...tree.map(({ path, words, argument }) => {
      const rows = words.map(({ name, summary }) => described(name, summary));
      const act = rows.length > 0 ? `list=(${rows.join(' ')}); _describe command list` : offer(argument);
      return `    ${quoted(`${path} 0`)}) ${act} ;;`;
    }),
    '  esac',
    '}',
    '',
    '# Sourced, or called by compinit as the file _sanad.',
    'if [[ ${funcstack[1]} == _sanad ]]; then _sanad "$@"; else compdef _sanad sanad; fi',
  ];
}

function offer(value: Value): string {
  if (value === null) return ':';
  if (value === 'files') return '_files';
  if (value === 'users') return '_users';
  if (value === 'tunnels' || value === 'gateways') return `_sanad_names ${value}`;
  return `compadd ${value.map(quoted).join(' ')}`;
}

/** _describe takes `word:what it is`. */
function described(word: string, summary: string): string {
  return quoted(`${word}:${summary.replaceAll(':', '\\:')}`);
}
