import type { Command } from 'commander';
import { command, commandGroup, type Grammar } from './command.ts';

/** What is kept here of the person who registers: `sanad applicant …`. */
export function addApplicantCommands(program: Command, { surroundings, onAnswer }: Grammar): void {
  const applicant = commandGroup(
    program,
    'applicant',
    'what is kept on this computer of you and your applications',
  );
  command(applicant, {
    words: 'show',
    summary: 'what is known of you, your unfinished applications, and your documents',
    about: ['Kept encrypted under a key in your keychain; nothing of it is sent by this.'],
    examples: [['sanad applicant show', 'Shows all of it in short.']],
  }).action(async () => {
    const { applicantShowCommand } = await import('../command/applicant.ts');
    onAnswer(await applicantShowCommand(surroundings));
  });
  command(applicant, {
    words: 'edit <field> [value]',
    summary: 'change what is known of you, or take it away (without a value)',
    about: [
      'The next registration offers it so. What was sent already stays as it is: for that, amend the registration.',
    ],
    examples: [['sanad applicant edit full_name "Ayesha Khan"', 'From now on the name is this one.']],
  })
    .option('--profile <profile>', 'under which authority’s rules; needed when there are several')
    .action(async (field: string, value: string | undefined, { profile }: { readonly profile?: string }) => {
      const { applicantEditCommand } = await import('../command/applicant.ts');
      onAnswer(await applicantEditCommand(surroundings, { field, value: value ?? '', profile }));
    });
  command(applicant, {
    words: 'staff <file>',
    summary: 'who of your staff is covered by what you register, and why (- for standard input)',
    about: [
      'One person a line: a name, and the public address or mobile number over which that person works, with a semicolon between them. Compared with your newest application or registration; kept with the unfinished one.',
    ],
    examples: [['sanad applicant staff ./staff.txt', 'A line for each: covered or not, and why.']],
  }).action(async (file: string) => {
    const { applicantStaffCommand } = await import('../command/applicant-staff.ts');
    onAnswer(await applicantStaffCommand(surroundings, { file }));
  });
  command(applicant, {
    words: 'export <file>',
    summary: 'write everything that is kept of you into one file, decrypted',
    about: [
      'A JSON file that only you can read (0600), documents included. It is not encrypted any more: keep it well.',
    ],
    examples: [['sanad applicant export ./me.json', 'Asks, and writes the file.']],
  })
    .option('--yes', 'write it without being asked')
    .action(async (file: string, { yes = false }: { readonly yes?: boolean }) => {
      const { applicantExportCommand } = await import('../command/applicant.ts');
      onAnswer(await applicantExportCommand(surroundings, { file, yes }));
    });
  command(applicant, {
    words: 'delete',
    summary: 'forget you on this computer, for good: what is known, applications, documents and their key',
    about: [
      'Your VPN connections and registrations stay, and you can still connect. What a registration office has stays there: it is named, with how to take it back.',
    ],
    examples: [['sanad applicant delete', 'Says what goes and what stays elsewhere, asks, and forgets.']],
  })
    .option('--yes', 'forget without being asked')
    .action(async ({ yes = false }: { readonly yes?: boolean }) => {
      const { applicantDeleteCommand } = await import('../command/applicant.ts');
      onAnswer(await applicantDeleteCommand(surroundings, { yes }));
    });
}
