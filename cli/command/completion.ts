import type { Command } from 'commander';
import type { Answer } from '../answer.ts';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { completionTree, type CommandNode } from '../completion/tree.ts';
import { zshCompletion } from '../completion/zsh.ts';

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const satisfies Record<
  string,
  (tree: readonly CommandNode[]) => readonly string[]
>;
export type Shell = keyof typeof shells;
export const shellNames = ['bash', 'zsh', 'fish'] as const satisfies readonly Shell[];

/** Prints a shell's script, made from this very grammar. */
export function completionCommand(program: Command, shell: Shell): Answer {
  const lines = shells[shell](completionTree(program));
  return { json: { shell, script: `${lines.join('\n')}\n` }, lines };
}
