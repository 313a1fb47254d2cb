import { Option, type Command } from 'commander';
import { languages } from '#shared/text/language.ts';
import { collectField } from './collect-field.ts';
import { command, commandGroup, type Grammar } from './command.ts';
import { addDeclareCommand } from './declare.ts';

const CONSENT = 'you agree to send what is shown; asked for on a terminal otherwise';

/** What is done with a registration that a gateway has: `sanad registration …`. */
export function addCaseCommands(program: Command, grammar: Grammar): void {
  const registration = commandGroup(program, 'registration', 'your registrations');
  addFollowing(registration, grammar);
  addActs(registration, grammar);
  addDeclareCommand(registration, grammar);
  addDocumentCommands(
    commandGroup(registration, 'document', 'the documents that a gateway has of a registration'),
    grammar,
  );
}

function addFollowing(registration: Command, { surroundings, isJson, onAnswer }: Grammar): void {
  command(registration, {
    words: 'show [tunnel-or-id]',
    summary: 'where a registration stands, and what comes next',
    about: [
      'Asks the gateway, and fetches the certificate once there is one. Without a name: all of them.',
      'Where you registered your line’s addresses it also asks which address the gateway sees, and warns when that is none of them. The question takes the way that everything takes: while a tunnel is up the gateway sees the VPN server, and nothing is compared.',
    ],
    examples: [['sanad registration show office', 'Where the registration of “office” stands.']],
  })
    .addOption(new Option('--language <language>', 'of the timeline: English or Urdu').choices(languages))
    .action(async (named: string | undefined, { language }: { readonly language?: string }) => {
      const { registrationShowCommand } = await import('../command/registration-show.ts');
      onAnswer(await registrationShowCommand(surroundings, named, language));
    });
  command(registration, {
    words: 'watch <tunnel-or-id>',
    summary: 'where a registration stands, and every change, until Ctrl-C',
    examples: [
      ['sanad registration watch office', 'Says what changes, at the moment it does.'],
      ['sanad registration watch office --wait', 'Ends when it is decided, or when you are asked something.'],
    ],
  })
    .option('--wait', 'end when it is decided, or when the gateway asks you something')
    .action(async (named: string, { wait = false }: { readonly wait?: boolean }) => {
      const { registrationWatchCommand } = await import('../command/registration-watch.ts');
      onAnswer(await registrationWatchCommand(surroundings, { named, wait, isJson }));
    });
  command(registration, {
    words: 'renew [tunnel-or-id]',
    summary: 'ask for a new certificate now',
    about: [
      'A certificate is the gateway’s signed word that your VPN server is registered; it lasts for some weeks, and nothing connects without one.',
      'Connecting does it by itself when one nears its end. A tunnel that runs on it goes on with the new one, without a break. The gateway gives the same one again while it is young.',
    ],
    examples: [['sanad registration renew office', 'Gets a new certificate for “office”.']],
  }).action(async (named: string | undefined) => {
    const { registrationRenewCommand } = await import('../command/registration-renew.ts');
    onAnswer(await registrationRenewCommand(surroundings, named));
  });
}

interface ActOptions {
  readonly field?: Readonly<Record<string, string>>;
  readonly consent?: boolean;
}

interface AmendOptions extends ActOptions {
  readonly tunnel?: string;
  readonly route?: string;
  readonly category?: string;
  readonly wait?: boolean;
}

function addActs(registration: Command, { surroundings, onAnswer }: Grammar): void {
  command(registration, {
    words: 'answer <tunnel-or-id> [text]',
    summary: 'answer what the gateway asks you',
    about: [
      'First you see the question and what is sent. Without a text you are asked for it; with - in its place it is read from standard input.',
    ],
    examples: [
      [
        'sanad registration answer office "I work for Example Ltd in Lahore."',
        'Shows the question and your answer, and sends it when you agree.',
      ],
      [
        'sanad registration answer office "I mistyped it." --field mobile_number=03001234567',
        'Answers, and puts right what you gave.',
      ],
    ],
  })
    .option('--field <name=value>', 'put right what you gave; once for each', collectField)
    .option('--consent', CONSENT)
    .action(async (named: string, text: string | undefined, options: ActOptions) => {
      const { registrationAnswerCommand } = await import('../command/registration-answer.ts');
      const { field: fields = {}, consent = false } = options;
      onAnswer(await registrationAnswerCommand(surroundings, { named, text, fields, consent }));
    });
  command(registration, {
    words: 'amend <tunnel-or-id>',
    summary: 'register a change: another VPN server, key, number or address',
    about: [
      'Makes a new registration that takes the place of a confirmed one. What is confirmed stands, and connects, until the new one is confirmed too and its certificate is fetched.',
      'For another VPN server or another key of it, import its file as a tunnel of its own first, and name that with --tunnel.',
    ],
    examples: [
      [
        'sanad registration amend office --tunnel office2',
        'Registers the VPN server of “office2” in place of that of “office”.',
      ],
      [
        'sanad registration amend office --field mobile_number=03007654321',
        'Registers another mobile number.',
      ],
    ],
  })
    .option('--tunnel <name>', 'the tunnel whose VPN servers it is to cover')
    .option('--field <name=value>', 'what is different now; once for each', collectField)
    .option('--route <route>', 'another way of registering, e.g. B')
    .option('--category <category>', 'another category, e.g. company')
    .option('--consent', 'you consent to what is shown; asked for on a terminal otherwise')
    .option('--wait', 'wait for the decision')
    .action(async (named: string, options: AmendOptions) => {
      const { registrationAmendCommand } = await import('../command/registration-amend.ts');
      const { field: fields = {}, consent = false, wait = false, tunnel, route, category } = options;
      const changes = { named, tunnel, route, category, fields, consent, wait };
      onAnswer(await registrationAmendCommand(surroundings, changes));
    });
  command(registration, {
    words: 'withdraw <tunnel-or-id>',
    summary: 'take a registration back, for good',
    about: [
      'An open case is closed. A confirmed registration ends: its certificate opens nothing any more, and a tunnel that runs on it is blocked.',
    ],
    examples: [['sanad registration withdraw office', 'Shows what ends, asks, and ends it.']],
  })
    .option('--note <text>', 'why, for the reviewers to read (- for standard input)')
    .option('--yes', 'withdraw it without being asked')
    .action(async (named: string, options: { readonly note?: string; readonly yes?: boolean }) => {
      const { registrationWithdrawCommand } = await import('../command/registration-withdraw.ts');
      const { note, yes = false } = options;
      onAnswer(await registrationWithdrawCommand(surroundings, { named, note, yes }));
    });
}

interface AddOptions {
  readonly kind: string;
  readonly kept?: boolean;
  readonly asIs?: boolean;
  readonly consent?: boolean;
}

function addDocumentCommands(documents: Command, { surroundings, onAnswer }: Grammar): void {
  command(documents, {
    words: 'add <tunnel-or-id> <file>',
    summary: 'send a document: a PDF, or a picture as JPEG or PNG',
    about: [
      'The content says what the file is, not its name. A copy is sent, of at most 5 MiB: a picture is straightened, made small enough, and freed of hidden details such as the place where it was taken; on identity cards the purpose, the recipient and the date are stamped.',
      'First you see what is sent and to whom. The original is kept on this computer, encrypted (see `sanad document`). A sending that broke off goes on where it stopped when you type the same again.',
    ],
    examples: [
      [
        'sanad registration document add office ./cnic.jpg --kind cnic_front',
        'Sends a stamped picture of your identity card.',
      ],
      [
        'sanad registration document add office cnic_front --kept --kind cnic_front',
        'Sends a copy of the one that is kept.',
      ],
    ],
  })
    .requiredOption('--kind <kind>', 'what it is, in the word of the rules, e.g. cnic_front')
    .option('--kept', 'the file is one that is kept: its kind, or the beginning of its digest')
    .option('--as-is', 'send the file as it is: hidden details are sent, nothing is stamped')
    .option('--consent', CONSENT)
    .action(async (named: string, path: string, options: AddOptions) => {
      const { documentAddCommand } = await import('../command/registration-document-add.ts');
      const { kind, kept: isKept = false, asIs = false, consent = false } = options;
      onAnswer(await documentAddCommand(surroundings, { named, path, kind, isKept, asIs, consent }));
    });
  command(documents, {
    words: 'list <tunnel-or-id>',
    summary: 'which documents the gateway has',
    examples: [['sanad registration document list office', 'Each with its kind, size, day and name.']],
  }).action(async (named: string) => {
    const { documentListCommand } = await import('../command/registration-document.ts');
    onAnswer(await documentListCommand(surroundings, named));
  });
  command(documents, {
    words: 'remove <tunnel-or-id> <document>',
    summary: 'have the gateway destroy a document',
    about: ['The document is named as `list` shows it, or by its kind where there is one of that kind.'],
    examples: [['sanad registration document remove office cnic_front', 'Asks, and has it destroyed.']],
  })
    .option('--yes', 'remove it without being asked')
    .action(async (named: string, document: string, { yes = false }: { readonly yes?: boolean }) => {
      const { documentRemoveCommand } = await import('../command/registration-document.ts');
      onAnswer(await documentRemoveCommand(surroundings, { named, document, yes }));
    });
}
