import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { completionCommand, shellNames } from '#cli/command/completion.ts';
import { exitMeanings } from '#cli/exit-meaning.ts';
import { systemSurroundings } from '#cli/main.ts';
import { buildProgram } from '#cli/program.ts';
import { Terminal } from '#cli/terminal/terminal.ts';
import { paths } from '#shared/contract/paths.ts';
import { program as gatewayProgram } from '../../gateway/index.ts';
import { manualPage } from './manual.ts';

interface ManualOptions {
  readonly version: string;
  readonly now: Date;
}

/** The pages and completions that are installed, by their place below the output folder. */
export function generatedFiles({ version, now }: ManualOptions): Readonly<Record<string, string>> {
  const program = commandLine();
  const day = now.toLocaleDateString('en-US', {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    timeZone: 'UTC',
  });
  const common = { date: day, version };
  const scripts = shellNames.map((shell) => [
    placeOf[shell],
    completionCommand(program, shell).json['script'],
  ]);
  return {
    'man/sanad.1': manualPage({ ...common, ...sanad(program) }),
    'man/sanad-gateway.1': manualPage({ ...common, ...gateway }),
    ...(Object.fromEntries(scripts) as Record<string, string>),
  };
}

export function buildManual(outdir: string, options: ManualOptions): void {
  for (const [place, content] of Object.entries(generatedFiles(options))) {
    mkdirSync(join(outdir, place, '..'), { recursive: true });
    writeFileSync(join(outdir, place), content);
  }
}

/** Where each shell looks for it, below its own folder for completions. */
const placeOf = {
  bash: 'completion/bash/sanad',
  zsh: 'completion/zsh/_sanad',
  fish: 'completion/fish/sanad.fish',
} as const;

/** The real grammar. Nothing of it is run. */
export function commandLine(): Command {
  const { stdin, stdout, stderr } = process;
  const terminal = new Terminal({ stdin, stdout, stderr, isInteractive: false, hasColours: false });
  return buildProgram({
    surroundings: systemSurroundings(terminal),
    isJson: false,
    onAnswer: () => undefined,
    help: { out: '', error: '' },
  });
}

const sanad = (program: Command) => ({
  program,
  about: [
    'Sanad connects to a WireGuard VPN only if its VPN server is registered, and makes registering the easy part. Import the file that you got for your VPN, register it once with a gateway (the registration office that this machine has joined), and connect.',
    'The secret keys of your tunnels stay in the keychain of your desktop. Whether a registration stands is decided by the service sanadd, without asking anybody over the network when you connect.',
  ],
  exitCodes: exitMeanings,
  environment: [
    ['NO_COLOR', 'Where it is set and not empty, nothing is coloured.'],
    ['TERM', 'A terminal called dumb gets no colours.'],
    ['XDG_CONFIG_HOME', 'Where the folder sanad with your tunnels lies; ~/.config otherwise.'],
  ] as const,
  files: [
    ['~/.config/sanad', 'Your tunnels and registrations, without their secrets.'],
    [paths.anchorDirectory, 'The gateways that this machine has joined.'],
    [paths.policyDirectory, 'The policy of this machine’s administrator.'],
  ] as const,
  seeAlso: ['sanad-gateway', 'wg'],
});

const gateway = {
  program: gatewayProgram,
  about: [
    'A gateway is the registration office between people who use a VPN and the authority that wants it registered. It takes their applications, shows them to its reviewers, and publishes which registrations stand.',
    'Reviewers state what they have seen of the authority’s decision, signed with keys of their own. The gateway decides nothing by itself.',
  ],
  exitCodes: [
    ['0', 'Done.'],
    ['1', 'Something failed; the sentence says what.'],
    ['2', 'The command line cannot be understood.'],
  ] as const,
  seeAlso: ['sanad'],
};
