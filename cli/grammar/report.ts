import { InvalidArgumentError, Option, type Command } from 'commander';
import { command, type Grammar } from './command.ts';

interface ReportOptions {
  readonly asOf?: string;
  readonly out?: string;
  readonly pdf?: string;
  readonly language: 'en' | 'ur';
  readonly name?: string;
}

interface VerifyOptions {
  readonly anchor?: readonly string[];
  readonly fingerprint?: readonly string[];
}

/** Proof for others: `sanad report …`. */
export function addReportCommands(program: Command, { surroundings, onAnswer }: Grammar): void {
  const report = command(program, {
    words: 'report',
    summary: 'a report of your registrations for others, with what proves it',
    about: [
      'It says what was registered on a day, and brings the certificates, key lists and status lists that prove it, signed by the registration offices. Identity numbers are masked. It is not issued by the authority, and says so on every page.',
      'The data file is what proves; the PDF is for reading, and its QR code names the data file. Nothing is sent to anybody: you hand it on yourself.',
    ],
    examples: [
      ['sanad report', 'Shows what a report of today would say.'],
      [
        'sanad report --as-of 2026-10-31 --out october.json --pdf october.pdf --name "Example Ltd"',
        'Makes the report of the end of that day, as data and on paper.',
      ],
    ],
  })
    .option('--as-of <date>', 'the end of which day it is about, e.g. 2026-10-31; otherwise now')
    .option('--out <file.json>', 'write the data file')
    .option('--pdf <file.pdf>', 'write it for paper, and the data file beside it where --out names none')
    .addOption(
      new Option('--language <language>', 'of the paper: English or Urdu')
        .choices(['en', 'ur'])
        .default('en'),
    )
    .option('--name <name>', 'who you are, in your own words; it stands on the report')
    .action(async (options: ReportOptions) => {
      const { reportCommand } = await import('../command/report.ts');
      const { asOf, out, pdf, language, name } = options;
      onAnswer(await reportCommand(surroundings, { asOf, out, pdf, language, name }));
    });
  command(report, {
    words: 'verify <file.json>',
    summary: 'check a report that somebody gave you',
    about: [
      'It is checked by the signatures in it and the gateways that this machine has joined. Nothing is asked of the network.',
      'Of a gateway that this machine has not joined, give what you have from that gateway itself: its anchor file, or the fingerprint that it tells you. A report’s own keys prove nothing by themselves, and then the exit code is not 0.',
    ],
    examples: [
      ['sanad report verify october.json', 'Says what is proved, and for what day.'],
      [
        'sanad report verify october.json --anchor association.json',
        'Checks it by the keys in a file that the association gave you.',
      ],
    ],
  })
    .option('--anchor <file>', 'a gateway’s anchor file, from that gateway itself; once for each', collect)
    .option('--fingerprint <hex>', 'a gateway’s fingerprint, from that gateway itself; once for each', digits)
    .action(async (file: string, options: VerifyOptions) => {
      const { reportVerifyCommand } = await import('../command/report-verify.ts');
      const { anchor: anchors = [], fingerprint: fingerprints = [] } = options;
      onAnswer(await reportVerifyCommand(surroundings, { file, anchors, fingerprints }));
    });
}

function collect(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}

function digits(text: string, earlier: readonly string[] = []): readonly string[] {
  const bare = text.replace(/[\s:-]/g, '');
  if (!/^[0-9a-fA-F]{64}$/.test(bare)) throw new InvalidArgumentError('It has 64 digits, 0 to 9 and a to f.');
  return [...earlier, bare];
}
