import type { Command } from 'commander';
import { command, commandGroup, type Grammar } from './command.ts';

export function addAdministratorCommands(program: Command, grammar: Grammar): void {
  const { surroundings, onAnswer } = grammar;
  command(program, {
    words: 'join <link-or-file>',
    summary: 'trust a gateway, for everybody on this machine',
    about: ['Shows who runs the gateway and its fingerprint, and asks, before anything is trusted.'],
    examples: [
      [
        'sudo sanad join "sanad://join?origin=https://gateway.example&fingerprint=…"',
        'With the link that the gateway’s operator gave you; in quotes, because of the &.',
      ],
    ],
  })
    .option('--yes', 'trust it without being asked')
    .option('--replace', 'even where other keys are trusted under that name')
    .action(async (source: string, options: { readonly yes?: boolean; readonly replace?: boolean }) => {
      const { joinCommand } = await import('../command/join.ts');
      const { yes = false, replace = false } = options;
      onAnswer(await joinCommand(surroundings, { source, yes, replace }));
    });
  command(program, {
    words: 'repair',
    summary: 'clear what Sanad left in the network when nothing else helps',
    about: [
      'Works without the service and without a network. Takes away what is Sanad’s alone and opens the network.',
    ],
    examples: [
      ['sudo sanad repair --dry-run', 'Only says what would be cleared.'],
      ['sudo sanad repair', 'Your network is back, without protection.'],
    ],
  })
    .option('--dry-run', 'only say what would be cleared')
    .action(async ({ dryRun = false }: { readonly dryRun?: boolean }) => {
      const [{ repairCommand }, { linuxMachine }] = await Promise.all([
        import('../command/repair.ts'),
        import('../repair/linux/linux-machine.ts'),
      ]);
      const machine = () => linuxMachine(surroundings.system);
      onAnswer(await repairCommand(surroundings, { dryRun, machine }));
    });
  addUserGroup(commandGroup(program, 'user', 'who may use Sanad on this machine'), grammar);
}

function addUserGroup(user: Command, { surroundings, onAnswer }: Grammar): void {
  command(user, {
    words: 'enable <user>',
    summary: 'let somebody use Sanad (name or number)',
    examples: [['sudo sanad user enable ayesha', 'From now on ayesha may connect.']],
  }).action(async (named: string) => {
    const { userEnableCommand } = await import('../command/user.ts');
    onAnswer(await userEnableCommand(surroundings, named));
  });
  command(user, {
    words: 'disable <user>',
    summary: 'take that back',
    examples: [['sudo sanad user disable ayesha', 'From now on ayesha may not.']],
  }).action(async (named: string) => {
    const { userDisableCommand } = await import('../command/user.ts');
    onAnswer(await userDisableCommand(surroundings, named));
  });
  command(user, {
    words: 'list',
    summary: 'who may use Sanad',
    examples: [['sudo sanad user list', 'One line for each user.']],
  }).action(async () => {
    const { userListCommand } = await import('../command/user.ts');
    onAnswer(await userListCommand(surroundings));
  });
}
