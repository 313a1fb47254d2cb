import { InvalidArgumentError, type Command } from 'commander';
import { command, commandGroup, type Grammar } from './command.ts';

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
  addRegistrationGroup(commandGroup(program, 'registration', 'your registrations'), grammar);
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

function addRegistrationGroup(registration: Command, { surroundings, onAnswer }: Grammar): void {
  command(registration, {
    words: 'show [tunnel-or-id]',
    summary: 'where a registration stands, and what comes next',
    about: ['Asks the gateway, and fetches the certificate once there is one. Without a name: all of them.'],
    examples: [['sanad registration show office', 'Where the registration of “office” stands.']],
  }).action(async (named: string | undefined) => {
    const { registrationShowCommand } = await import('../command/registration-show.ts');
    onAnswer(await registrationShowCommand(surroundings, named));
  });
  command(registration, {
    words: 'renew [tunnel-or-id]',
    summary: 'ask for a new certificate now; a running tunnel goes on',
    examples: [['sanad registration renew office', 'Sanad does it by itself in time; this is for now.']],
  }).action(async (named: string | undefined) => {
    const { registrationRenewCommand } = await import('../command/registration-renew.ts');
    onAnswer(await registrationRenewCommand(surroundings, named));
  });
}

function collectField(text: string, fields: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It has the form name=value.');
  return { ...fields, [text.slice(0, at)]: text.slice(at + 1) };
}
