import type { Command } from 'commander';
import { command, commandGroup, type Grammar } from './command.ts';

const ABOUT =
  'They lie encrypted under a key in your desktop’s keychain, and are used for as many registrations as you like.';

/** What a person keeps on this computer: `sanad document …`. */
export function addKeptDocumentCommands(program: Command, { surroundings, onAnswer }: Grammar): void {
  const documents = commandGroup(program, 'document', 'your documents on this computer, encrypted');
  command(documents, {
    words: 'add <file>',
    summary: 'keep a document (PDF, JPEG, PNG) on this computer, encrypted',
    about: [ABOUT, 'Nothing is sent, and your file stays where it is.'],
    examples: [['sanad document add ./cnic.jpg --kind cnic_front', 'Keeps a picture of your identity card.']],
  })
    .requiredOption('--kind <kind>', 'what it is, in the word of the rules, e.g. cnic_front')
    .action(async (path: string, { kind }: { readonly kind: string }) => {
      const { documentKeepCommand } = await import('../command/document.ts');
      onAnswer(await documentKeepCommand(surroundings, { path, kind }));
    });
  command(documents, {
    words: 'list',
    summary: 'which documents are kept on this computer',
    examples: [
      ['sanad document list', 'Each with its kind, size, name, day and the beginning of its digest.'],
    ],
  }).action(async () => {
    const { keptListCommand } = await import('../command/document.ts');
    onAnswer(await keptListCommand(surroundings));
  });
  command(documents, {
    words: 'remove <document>',
    summary: 'remove a document from this computer',
    about: ['The document is named as `list` shows it, or by its kind where there is one of that kind.'],
    examples: [['sanad document remove cnic_front', 'Asks, and removes it.']],
  })
    .option('--yes', 'remove it without being asked')
    .action(async (document: string, { yes = false }: { readonly yes?: boolean }) => {
      const { keptRemoveCommand } = await import('../command/document.ts');
      onAnswer(await keptRemoveCommand(surroundings, { document, yes }));
    });
  command(documents, {
    words: 'wipe',
    summary: 'destroy everything that is kept encrypted on this computer, and its key',
    about: ['With the key gone nobody can read the files any more, in a backup neither.'],
    examples: [['sanad document wipe', 'Asks, and destroys it.']],
  })
    .option('--yes', 'destroy it without being asked')
    .action(async ({ yes = false }: { readonly yes?: boolean }) => {
      const { keptWipeCommand } = await import('../command/document.ts');
      onAnswer(await keptWipeCommand(surroundings, { yes }));
    });
}
