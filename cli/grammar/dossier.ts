import { Option, type Command } from 'commander';
import { languages } from '#shared/text/language.ts';
import { command, commandGroup, type Grammar } from './command.ts';

interface Options {
  readonly language?: string;
}

/** The way through an authority's own portal: `sanad dossier …`. */
export function addDossierCommands(program: Command, grammar: Grammar): void {
  const dossier = commandGroup(program, 'dossier', 'what you file yourself at the authority’s portal');
  addMaking(dossier, grammar);
  addFiling(dossier, grammar);
}

function addMaking(dossier: Command, { surroundings, onAnswer }: Grammar): void {
  inLanguages(
    command(dossier, {
      words: 'make [tunnel]',
      summary: 'write all that the portal asks for: PDF with the documents in it, and JSON',
      about: [
        'Of the application that `sanad register` has made ready: that of the tunnel, or the last one. The PDF is in English, with a second one in Urdu if you want that. It holds no secret key, and the VPN server only where the authority asks for it.',
      ],
      examples: [['sanad dossier make --out dossier', 'Writes the files into the folder “dossier”.']],
    }),
  )
    .requiredOption('--out <folder>', 'the folder to write into')
    .action(async (tunnel: string | undefined, { language, out }: Options & { readonly out: string }) => {
      const { dossierMakeCommand } = await import('../command/dossier.ts');
      onAnswer(await dossierMakeCommand(surroundings, { tunnel, language, out }));
    });
  inLanguages(
    command(dossier, {
      words: 'copy [tunnel]',
      summary: 'the portal’s form, field by field, in its order',
      examples: [
        ['sanad dossier copy', 'Every field with what belongs into it.'],
        ['sanad dossier copy --clipboard', 'Puts one after the other into the clipboard.'],
      ],
    }),
  )
    .option('--clipboard', 'put each value into the clipboard; it is emptied at the end')
    .action(
      async (
        tunnel: string | undefined,
        { language, clipboard = false }: Options & { readonly clipboard?: boolean },
      ) => {
        const { dossierCopyCommand } = await import('../command/dossier.ts');
        onAnswer(await dossierCopyCommand(surroundings, { tunnel, language, clipboard }));
      },
    );
  inLanguages(
    command(dossier, {
      words: 'open [tunnel]',
      summary: 'open the authority’s portal in your browser, and say what to do there',
      examples: [['sanad dossier open', 'Opens the address that the rules name, and no other.']],
    }),
  ).action(async (tunnel: string | undefined, { language }: Options) => {
    const { dossierOpenCommand } = await import('../command/dossier.ts');
    onAnswer(await dossierOpenCommand(surroundings, { tunnel, language }));
  });
}

interface FiledOptions extends Options {
  readonly on?: string;
  readonly referenceFile?: string;
}

interface DecisionOptions extends Options {
  readonly decidedOn: string;
  readonly evidence: string;
  readonly consent?: boolean;
}

function addFiling(dossier: Command, { surroundings, onAnswer }: Grammar): void {
  inLanguages(
    command(dossier, {
      words: 'filed [tunnel]',
      summary: 'say that you have filed it, and under which number',
      about: [
        'The number never stands on a command line: it is asked for, or taken from a file. It is kept encrypted on this computer. Everywhere it stands as “stated by you”.',
      ],
      examples: [['sanad dossier filed --on 2026-11-20', 'Asks for the number, and keeps it.']],
    }),
  )
    .option('--on <date>', 'the day on which you filed it, YYYY-MM-DD; otherwise today')
    .option('--reference-file <file>', 'a file with the number in it; - for standard input')
    .action(async (tunnel: string | undefined, { language, on, referenceFile }: FiledOptions) => {
      const { dossierFiledCommand } = await import('../command/dossier-filing.ts');
      onAnswer(await dossierFiledCommand(surroundings, { tunnel, language, on, referenceFile }));
    });
  inLanguages(
    command(dossier, {
      words: 'decision [tunnel]',
      summary: 'show the authority’s decision',
      about: [
        'Where a registration office has your case, the decision is sent there, after you have seen what is sent, so that a reviewer can confirm it. Otherwise it becomes your own statement, signed with this computer’s key, sent to nobody: “stated by you”.',
      ],
      examples: [
        [
          'sanad dossier decision --decided-on 2026-11-24 --evidence decision.pdf',
          'Shows what is stated or sent, asks, and does it.',
        ],
      ],
    }),
  )
    .requiredOption('--decided-on <date>', 'the day of the decision, YYYY-MM-DD')
    .requiredOption('--evidence <file>', 'the decision from your account there: PDF, JPEG or PNG')
    .option('--consent', 'you agree to what is shown; asked for on a terminal otherwise')
    .action(async (tunnel: string | undefined, options: DecisionOptions) => {
      const { dossierDecisionCommand } = await import('../command/dossier-filing.ts');
      const { language, decidedOn, evidence, consent = false } = options;
      onAnswer(
        await dossierDecisionCommand(surroundings, { tunnel, language, decidedOn, evidence, consent }),
      );
    });
  inLanguages(
    command(dossier, {
      words: 'show [tunnel]',
      summary: 'where it stands at the portal, as you have said it',
      examples: [['sanad dossier show', 'Filed, decided, and what comes next.']],
    }),
  ).action(async (tunnel: string | undefined, { language }: Options) => {
    const { dossierShowCommand } = await import('../command/dossier-filing.ts');
    onAnswer(await dossierShowCommand(surroundings, { tunnel, language }));
  });
}

function inLanguages(one: Command): Command {
  return one.addOption(new Option('--language <language>', 'English or Urdu').choices(languages));
}
