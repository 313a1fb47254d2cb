import type { Command } from 'commander';
import { command, type Grammar } from './command.ts';

export function addConnectionCommands(program: Command, { surroundings, isJson, onAnswer }: Grammar): void {
  command(program, {
    words: 'connect <tunnel>',
    summary: 'bring a tunnel up, and wait until it is',
    about: [
      'Ctrl-C takes back what was begun. A tunnel that is not registered is refused, and nothing changes.',
    ],
    examples: [['sanad connect office', 'Connects; ends when the tunnel is up, or says why it is not.']],
  }).action(async (name: string) => {
    // The keychain's process starts up while the command's code is loaded: it is the slowest part.
    surroundings.client.keychain.prepare();
    const { connectCommand } = await import('../command/connect.ts');
    onAnswer(await connectCommand(surroundings, name));
  });
  command(program, {
    words: 'disconnect',
    summary: 'take the tunnel down and open the network again',
    about: ['Also ends a block: traffic then goes out without protection.'],
    examples: [['sanad disconnect', 'Disconnects whatever tunnel of yours is up.']],
  }).action(async () => {
    const { disconnectCommand } = await import('../command/disconnect.ts');
    onAnswer(await disconnectCommand(surroundings));
  });
  command(program, {
    words: 'status',
    summary: 'the connection now, and whether your tunnels are registered',
    examples: [
      ['sanad status', 'Shows it once.'],
      ['sanad status --json', 'The same for a program.'],
    ],
  }).action(async () => {
    const { statusCommand } = await import('../command/status.ts');
    onAnswer(await statusCommand(surroundings));
  });
  command(program, {
    words: 'watch',
    summary: 'the connection now and at every change, until Ctrl-C',
    examples: [['sanad watch --json', 'One JSON document a line, at every change.']],
  }).action(async () => {
    const { watchCommand } = await import('../command/watch.ts');
    onAnswer(await watchCommand(surroundings, { isJson }));
  });
}
