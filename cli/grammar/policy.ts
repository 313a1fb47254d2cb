import { Argument, type Command } from 'commander';
import type { AcceptanceAct } from '#client/policy/accept-assurance.ts';
import { command, commandGroup, type CommandText, type Grammar } from './command.ts';

export function addPolicyCommands(program: Command, { surroundings, onAnswer }: Grammar): void {
  const policy = commandGroup(program, 'policy', 'the rules that this machine’s administrator has set');
  command(policy, {
    words: 'show',
    summary: 'the rules in force, and where each comes from',
    about: ['Asks the service. Where it does not run, shows what it will take when it starts.'],
    examples: [['sanad policy show', 'Every rule with its meaning, and which direction is stricter.']],
  }).action(async () => {
    const { policyShowCommand } = await import('../command/policy.ts');
    onAnswer(await policyShowCommand(surroundings));
  });
  command(policy, {
    words: 'validate [file-or-directory]',
    summary: 'everything that is wrong with a policy file, by line',
    about: ['Without a name: the folder that the service reads. One fault has the service refuse all of it.'],
    examples: [
      ['sanad policy validate 10-office.json', 'Checks a file before it is put into /etc/sanad/policy.d.'],
      ['sanad policy validate', 'Checks what the service reads, and that it is root’s alone.'],
    ],
  }).action(async (named: string | undefined) => {
    const { policyValidateCommand } = await import('../command/policy.ts');
    onAnswer(await policyValidateCommand(surroundings, named));
  });
  addAcceptance(
    policy,
    { surroundings, onAnswer },
    {
      act: 'accept',
      summary: 'let registrations that nobody has confirmed open a VPN connection, on this computer',
      about: [
        'Shows what that means, and asks. `declared` is what a user states of themself; `provisional` what a registration office lets work while the authority has not decided.',
        'Recorded with the time in /etc/sanad/policy.d. Not possible where another policy file forbids it.',
      ],
      examples: [
        ['sudo sanad policy accept declared', 'From then on a user’s own word is enough, and shown as that.'],
      ],
    },
  );
  addAcceptance(
    policy,
    { surroundings, onAnswer },
    {
      act: 'refuse',
      summary: 'take that back',
      about: ['A connection that rests on it is blocked at once.'],
      examples: [['sudo sanad policy refuse declared', 'From then on a user’s own word is not enough.']],
    },
  );
}

interface AcceptanceText extends Omit<CommandText, 'words'> {
  readonly act: AcceptanceAct['act'];
}

function addAcceptance(
  policy: Command,
  { surroundings, onAnswer }: Pick<Grammar, 'surroundings' | 'onAnswer'>,
  { act, ...text }: AcceptanceText,
): void {
  command(policy, { words: act, ...text })
    .addArgument(new Argument('<kind>', 'which kind of registration').choices(['declared', 'provisional']))
    .option('--yes', 'without being asked')
    .action(async (assurance: AcceptanceAct['assurance'], { yes = false }: { readonly yes?: boolean }) => {
      const { policyAcceptCommand } = await import('../command/policy-accept.ts');
      onAnswer(await policyAcceptCommand(surroundings, { act, assurance, yes }));
    });
}
