import { Option, type Command } from 'commander';
import { languages } from '#shared/text/language.ts';
import { command, commandGroup, type Grammar } from './command.ts';

interface PaperOptions {
  readonly profile?: string;
  readonly language?: string;
  readonly out?: string;
}

/** What is printed before anything is filed: guides and letters. */
export function addPaperCommands(program: Command, grammar: Grammar): void {
  addGuideCommand(program, grammar);
  addLetterCommands(commandGroup(program, 'letter', 'letters that the authority’s rules propose'), grammar);
}

function addGuideCommand(program: Command, { surroundings, onAnswer }: Grammar): void {
  withRules(
    command(program, {
      words: 'guide [category]',
      summary: 'a guide of one page for a kind of applicant, to print',
      about: [
        'What you need, which way to choose, steps, documents, time and fee, by the rules of the authority; and who wrote those down, from what and when. Without a kind of applicant: which there are.',
      ],
      examples: [
        ['sanad guide', 'The kinds of applicants.'],
        ['sanad guide freelancer --language ur --out guide.pdf', 'The guide for freelancers, in Urdu.'],
      ],
    }),
  )
    .option('--out <file>', 'where to write it: a name that ends in .pdf or .html')
    .action(async (category: string | undefined, { profile, language, out }: PaperOptions) => {
      const { guideCommand } = await import('../command/guide.ts');
      onAnswer(await guideCommand(surroundings, { category, profile, language, out }));
    });
}

function addLetterCommands(letter: Command, { surroundings, onAnswer }: Grammar): void {
  withRules(
    command(letter, {
      words: 'list',
      summary: 'which letters there are, and who writes each',
      examples: [['sanad letter list', 'Each with the name that `write` takes.']],
    }),
  ).action(async ({ profile, language }: PaperOptions) => {
    const { letterListCommand } = await import('../command/letter.ts');
    onAnswer(await letterListCommand(surroundings, { profile, language }));
  });
  withRules(
    command(letter, {
      words: 'write <letter>',
      summary: 'write a letter or an e-mail with what is known of you',
      about: [
        'For your employer or client to sign, or for you to send to your internet provider. What is not known stays a line to fill in; nothing is sent. Without --out it is shown.',
      ],
      examples: [
        [
          'sanad letter write client_confirmation --out letter.pdf',
          'A confirmation for your client to sign.',
        ],
        [
          'sanad letter write client_email --language en --out letter.eml',
          'A draft that your mail program opens.',
        ],
      ],
    }),
  )
    .option('--out <file>', 'where to write it: a name that ends in .pdf, .html, .txt or .eml')
    .action(async (name: string, { profile, language, out }: PaperOptions) => {
      const { letterWriteCommand } = await import('../command/letter.ts');
      onAnswer(await letterWriteCommand(surroundings, { letter: name, profile, language, out }));
    });
}

function withRules(one: Command): Command {
  return one
    .option('--profile <profile>', 'the authority’s rules, e.g. pk-pta; needed where there are several')
    .addOption(new Option('--language <language>', 'English or Urdu').choices(languages));
}
