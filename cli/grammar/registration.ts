import type { Command } from 'commander';
import { addCaseCommands } from './case.ts';
import { collectField } from './collect-field.ts';
import { command, type Grammar } from './command.ts';
import { addKeptDocumentCommands } from './document.ts';

interface RegisterOptions {
  readonly gateway?: string;
  readonly profile: string;
  readonly route: string;
  readonly category: string;
  readonly field?: Readonly<Record<string, string>>;
  readonly consent?: boolean;
  readonly wait?: boolean;
}

export function addRegistrationCommands(program: Command, grammar: Grammar): void {
  const { surroundings, onAnswer } = grammar;
  command(program, {
    words: 'register <tunnel>',
    summary: 'ask a gateway to register a tunnel’s VPN servers',
    about: [
      'A gateway is the registration office that this machine has joined: an association, a provider, your company. It files your application with the authority and tells you what was decided.',
      'First you see what is sent and to whom, and the words you consent to. Secret keys and traffic are never sent.',
    ],
    examples: [
      [
        'sanad register office --profile pk-pta@1 --route B --category freelancer --field mobile_number=03001234567 --field purpose="Work for clients abroad"',
        'Shows the application, asks for your consent, and sends it.',
      ],
    ],
  })
    .option('--gateway <name>', 'which of the joined gateways; needed when there are several')
    .requiredOption('--profile <profile>', 'the authority’s rules, e.g. pk-pta@1')
    .requiredOption('--route <route>', 'the way of registering that the rules offer, e.g. B')
    .requiredOption('--category <category>', 'who registers, e.g. freelancer')
    .option('--field <name=value>', 'an answer that the rules ask for; once for each', collectField)
    .option('--consent', 'you consent to what is shown; asked for on a terminal otherwise')
    .option('--wait', 'wait for the decision')
    .action(async (name: string, options: RegisterOptions) => {
      const { registerCommand } = await import('../command/register.ts');
      const {
        consent = false,
        wait = false,
        gateway,
        field: fields = {},
        profile,
        route,
        category,
      } = options;
      const application = { name, gateway, profile, route, category, fields, consent, wait };
      onAnswer(await registerCommand(surroundings, application));
    });
  addCaseCommands(program, grammar);
  addKeptDocumentCommands(program, grammar);
  command(program, {
    words: 'refresh',
    summary: 'fetch the gateways’ newest word on registrations now',
    about: ['The service does it by itself every quarter of an hour; this is for whoever cannot wait.'],
    examples: [['sanad refresh', 'Asks every joined gateway.']],
  }).action(async () => {
    const { refreshCommand } = await import('../command/refresh.ts');
    onAnswer(await refreshCommand(surroundings));
  });
}
