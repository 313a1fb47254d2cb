import type { Command } from 'commander';
import { command, commandGroup, type Grammar } from './command.ts';

export function addPolicyCommands(program: Command, { surroundings, onAnswer }: Grammar): void {
  const policy = commandGroup(program, 'policy', 'the rules that this machine’s administrator has set');
  command(policy, {
    words: 'show',
    summary: 'the rules in force, and where each comes from',
    about: ['Asks the service. Where it does not run, shows what it will take when it starts.'],
    examples: [['sanad policy show', 'Every rule with its meaning, and which direction is stricter.']],
  }).action(async () => {
    const { policyShowCommand } = await import('../command/policy.ts');
    onAnswer(await policyShowCommand(surroundings));
  });
  command(policy, {
    words: 'validate [file-or-directory]',
    summary: 'everything that is wrong with a policy file, by line',
    about: ['Without a name: the folder that the service reads. One fault has the service refuse all of it.'],
    examples: [
      ['sanad policy validate 10-office.json', 'Checks a file before it is put into /etc/sanad/policy.d.'],
      ['sanad policy validate', 'Checks what the service reads, and that it is root’s alone.'],
    ],
  }).action(async (named: string | undefined) => {
    const { policyValidateCommand } = await import('../command/policy.ts');
    onAnswer(await policyValidateCommand(surroundings, named));
  });
}
