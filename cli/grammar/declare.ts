import type { Command } from 'commander';
import { command, type Grammar } from './command.ts';

interface DeclareOptions {
  readonly authorityProfile?: string;
  readonly route?: string;
  readonly category?: string;
  readonly decidedOn?: string;
  readonly validUntil?: string;
  readonly referenceFile?: string;
  readonly evidence?: string;
  readonly again?: boolean;
  readonly takeBack?: boolean;
  readonly yes?: boolean;
}

/** Without a gateway: `sanad registration declare`. */
export function addDeclareCommand(registration: Command, { surroundings, onAnswer }: Grammar): void {
  command(registration, {
    words: 'declare <tunnel>',
    summary: 'state the authority’s decision yourself, where no gateway confirms it',
    about: [
      'For whoever filed at the authority’s portal and got its decision. What you state is shown first, signed with this computer’s key, and sent to nobody. Everywhere it stands as “stated by you”.',
      'It opens a VPN connection only where the administrator of this computer accepts that (sudo sanad policy accept declared), and for 90 days; then you state it again.',
      'The authority’s reference never stands on a command line: give a file, or - for standard input. It is kept in your keychain; the statement holds a fingerprint of it, and of the evidence, which you can show later.',
    ],
    examples: [
      [
        'sanad registration declare office --authority-profile pk-pta@1 --route A --category company --decided-on 2026-11-20 --evidence decision.pdf',
        'Shows what you state, asks, and signs it.',
      ],
      ['sanad registration declare office --again', 'States the same for another 90 days.'],
      ['sanad registration declare office --take-back', 'Removes what you stated from this computer.'],
    ],
  })
    .option('--authority-profile <profile>', 'the authority’s rules, e.g. pk-pta@1')
    .option('--route <route>', 'the way of registering that the rules offer, e.g. A')
    .option('--category <category>', 'who is registered, e.g. company')
    .option('--decided-on <date>', 'the day of the decision, YYYY-MM-DD')
    .option('--valid-until <date>', 'its last day, YYYY-MM-DD, if the authority named one')
    .option('--reference-file <file>', 'a file with the authority’s reference in it; - for standard input')
    .option('--evidence <file>', 'the decision itself: PDF, JPEG or PNG; it stays where it is')
    .option('--again', 'state what you stated before once more')
    .option('--take-back', 'remove what you stated')
    .option('--yes', 'you state what is shown; asked for on a terminal otherwise')
    .action(async (name: string, options: DeclareOptions) => {
      const { again = false, takeBack = false, yes = false, ...facts } = options;
      const commands = await import('../command/registration-declare.ts');
      if (takeBack) onAnswer(await commands.takeBackCommand(surroundings, { name, yes }));
      else if (again) onAnswer(await commands.declareAgainCommand(surroundings, { name, yes }));
      else onAnswer(await commands.declareCommand(surroundings, { name, yes, ...facts }));
    });
}
