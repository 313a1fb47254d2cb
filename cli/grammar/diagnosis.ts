import type { Command } from 'commander';
import { command, type Grammar } from './command.ts';

export function addDiagnosisCommands(program: Command, { surroundings, onAnswer }: Grammar): void {
  command(program, {
    words: 'doctor',
    summary: 'find out what is wrong, and what to do about it',
    about: [
      'Looks at the service, the firewall, names, the VPN server, the gateway, the keychain and your registrations. Changes nothing and asks nobody anything. Works while the service does not; what cannot be seen from your account is said, not guessed.',
    ],
    examples: [
      ['sanad doctor', 'Begin here when a connection does not work.'],
      ['sudo sanad doctor', 'Also sees rules that were left in the firewall.'],
    ],
  }).action(async () => {
    const { doctorCommand } = await import('../command/doctor.ts');
    onAnswer(await doctorCommand(surroundings));
  });
}
