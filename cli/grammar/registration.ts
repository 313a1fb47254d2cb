import { Option, type Command } from 'commander';
import { languages } from '#shared/text/language.ts';
import type { Answer } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { addCaseCommands } from './case.ts';
import { collectField } from './collect-field.ts';
import { command, type Grammar } from './command.ts';
import { addKeptDocumentCommands } from './document.ts';

interface RegisterOptions {
  readonly gateway?: string;
  readonly profile?: string;
  readonly route?: string;
  readonly category?: string;
  readonly field?: Readonly<Record<string, string>>;
  readonly consent?: boolean;
  readonly wait?: boolean;
  readonly answers?: string;
  readonly language?: string;
  readonly resume?: boolean;
  readonly new?: boolean;
}

export function addRegistrationCommands(program: Command, grammar: Grammar): void {
  const { surroundings, onAnswer } = grammar;
  command(program, {
    words: 'register [tunnel]',
    summary: 'register your VPN: asks what is needed, and sends it when you agree',
    about: [
      'Asks one thing after the other, by the rules of the authority, and keeps every answer, encrypted. Stop at any time with Ctrl-C and go on later. Works without a network until it is sent.',
      'Before anything is sent you see exactly what, to whom, and the words you consent to. Secret keys and traffic are never sent.',
      'It is handed in at a registration office that this machine has joined (an association, a provider, your company), or made ready for the authority’s portal.',
    ],
    examples: [
      ['sanad register', 'From nothing to submitted. Asks for the file of your VPN, too.'],
      ['sanad register --resume', 'Goes on where you stopped.'],
      ['sanad register --answers answers.json', 'Asks nothing: takes the answers from a file.'],
      [
        'sanad register office --profile pk-pta@1 --route B --category freelancer --field full_name="Ayesha Khan" --field cnic=35202-1234567-8 --field client_name="Example Ltd" --field mobile_number=03001234567 --field purpose="Work for clients abroad"',
        'Without the questions, by hand: shows the application, asks for your consent, and sends it.',
      ],
    ],
  })
    .option('--resume', 'go on with the application that you worked on last')
    .option('--new', 'begin another one, although one is not finished')
    .option('--answers <file>', 'take the answers from a JSON file and ask nothing (see docs/answers.md)')
    .addOption(new Option('--language <language>', 'of the questions: English or Urdu').choices(languages))
    .option('--gateway <name>', 'which of the joined registration offices')
    .option('--profile <profile>', 'the authority’s rules, e.g. pk-pta@1')
    .option('--route <route>', 'the way of registering that the rules offer, e.g. B')
    .option('--category <category>', 'who registers, e.g. freelancer')
    .option('--field <name=value>', 'an answer that the rules ask for; once for each', collectField)
    .option('--consent', 'you consent to what is shown; asked for on a terminal otherwise')
    .option('--wait', 'wait for the decision')
    .action(async (name: string | undefined, options: RegisterOptions) => {
      onAnswer(await register(surroundings, name, options));
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

/** With all that the rules want to know given by hand, nothing is asked but consent. */
async function register(
  surroundings: Surroundings,
  name: string | undefined,
  options: RegisterOptions,
): Promise<Answer> {
  const { profile, route, category, gateway, language, answers } = options;
  const { consent = false, wait = false, field: fields = {}, resume = false, new: isNew = false } = options;
  if (answers !== undefined) {
    const { registerAnswersCommand } = await import('../command/register-answers.ts');
    return await registerAnswersCommand(surroundings, { file: answers, language, wait });
  }
  if (name !== undefined && profile !== undefined && route !== undefined && category !== undefined) {
    const { registerCommand } = await import('../command/register.ts');
    const application = { name, gateway, profile, route, category, fields, consent, wait };
    return await registerCommand(surroundings, application);
  }
  const { registerInterviewCommand } = await import('../command/register-interview.ts');
  const given = { tunnel: name, rules: profile, gateway, route, category, fields };
  return await registerInterviewCommand(surroundings, { ...given, language, resume, isNew, wait });
}
