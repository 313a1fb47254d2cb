import type { Command } from 'commander';
import { command, type Grammar } from './command.ts';

export function addTunnelCommands(program: Command, { surroundings, onAnswer }: Grammar): void {
  command(program, {
    words: 'import <file>',
    summary: 'take in a WireGuard .conf file (- for standard input)',
    about: [
      'Its secret keys go into your keychain, and nowhere else. Commands in the file (PostUp and the like) are left out and named.',
    ],
    examples: [
      ['sanad import office.conf', 'Makes the tunnel “office”.'],
      ['sanad import wg0.conf --name home', 'Makes the tunnel “home”.'],
    ],
  })
    .option('--name <name>', 'the tunnel’s name; the file’s name otherwise')
    .action(async (file: string, { name }: { name?: string }) => {
      const { importCommand } = await import('../command/import.ts');
      onAnswer(await importCommand(surroundings, { file, name }));
    });
  command(program, {
    words: 'list',
    summary: 'your tunnels, and where they lead',
    examples: [['sanad list', 'One line for each tunnel.']],
  }).action(async () => {
    const { listCommand } = await import('../command/list.ts');
    onAnswer(await listCommand(surroundings));
  });
  command(program, {
    words: 'show <tunnel>',
    summary: 'a tunnel’s configuration, without its secret keys',
    examples: [['sanad show office', 'Shows it as a .conf file has it.']],
  }).action(async (name: string) => {
    const { showCommand } = await import('../command/show.ts');
    onAnswer(await showCommand(surroundings, name));
  });
  command(program, {
    words: 'remove <tunnel>',
    summary: 'forget a tunnel and its keys',
    about: ['Its registration stays at the gateway; a submission that no gateway has answered goes with it.'],
    examples: [['sanad remove office', 'Forgets the tunnel “office”.']],
  }).action(async (name: string) => {
    const { removeCommand } = await import('../command/remove.ts');
    onAnswer(await removeCommand(surroundings, name));
  });
}
