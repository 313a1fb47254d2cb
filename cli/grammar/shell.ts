import { Argument, type Command } from 'commander';
import type { Shell } from '../command/completion.ts';
import { command, type Grammar } from './command.ts';

export function addShellCommands(program: Command, { onAnswer }: Grammar): void {
  const completion = command(program, {
    words: 'completion',
    summary: 'print what makes the Tab key complete commands and tunnel names',
    examples: [
      [
        'sanad completion bash > ~/.local/share/bash-completion/completions/sanad',
        'For bash, from the next shell on.',
      ],
      ['sanad completion zsh > "${fpath[1]}/_sanad"', 'For zsh.'],
      ['sanad completion fish > ~/.config/fish/completions/sanad.fish', 'For fish.'],
    ],
  });
  completion
    .addArgument(new Argument('<shell>', 'your shell').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: Shell) => {
      const { completionCommand } = await import('../command/completion.ts');
      onAnswer(completionCommand(program, shell));
    });
}
