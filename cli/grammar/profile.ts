import { Option, type Command } from 'commander';
import { languages, type Language } from '#shared/text/language.ts';
import { command, commandGroup, type Grammar } from './command.ts';

interface ProfileOptions {
  readonly gateway?: string;
  readonly language: Language;
}

export function addProfileCommands(program: Command, { surroundings, onAnswer }: Grammar): void {
  const profile = commandGroup(program, 'profile', 'what the authorities ask for, and where that is written');
  const language = () =>
    new Option('--language <language>', 'English or Urdu').choices(languages).default('en' as const);
  command(profile, {
    words: 'list',
    summary: 'whose rules are on this computer',
    about: ['Asks nobody: shows what came with the program and what was fetched from the gateways.'],
    examples: [
      [
        'sanad profile list',
        'Each authority’s rules, who wrote them down, and when they were last compared.',
      ],
    ],
  })
    .option('--gateway <name>', 'as this gateway goes by them')
    .addOption(language())
    .action(async ({ gateway, language: wanted }: ProfileOptions) => {
      const { profileListCommand } = await import('../command/profile.ts');
      onAnswer(await profileListCommand(surroundings, { gateway, language: wanted }));
    });
  command(profile, {
    words: 'show [profile]',
    summary: 'an authority’s rules in plain words, with their sources',
    about: ['Who may register what, with which documents, what happens then and how long it usually takes.'],
    examples: [
      ['sanad profile show pk-pta', 'The newest version that is here.'],
      ['sanad profile show pk-pta@1 --language ur', 'One version, in Urdu.'],
    ],
  })
    .option('--gateway <name>', 'as this gateway goes by them')
    .addOption(language())
    .action(async (named: string | undefined, { gateway, language: wanted }: ProfileOptions) => {
      const { profileShowCommand } = await import('../command/profile.ts');
      onAnswer(await profileShowCommand(surroundings, { named, gateway, language: wanted }));
    });
  command(profile, {
    words: 'update',
    summary: 'fetch the newest rules from the gateways that were joined',
    about: [
      'Rules are taken only as the gateway’s key for them has signed them, and never older than those that are here.',
    ],
    examples: [['sanad profile update', 'Asks every joined gateway.']],
  })
    .option('--gateway <name>', 'this one alone')
    .action(async ({ gateway }: { readonly gateway?: string }) => {
      const { profileUpdateCommand } = await import('../command/profile.ts');
      onAnswer(await profileUpdateCommand(surroundings, { gateway }));
    });
}
