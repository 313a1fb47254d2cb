import type { Command } from 'commander';
import { PassThrough } from 'node:stream';
import { buildProgram, type HelpText } from '#cli/program.ts';
import { Terminal } from '#cli/terminal/terminal.ts';
import type { ClientContext } from '#client/client-context.ts';
import { memoryKeychain } from '../client/memory-keychain.ts';

const client: ClientContext = {
  configDirectory: '/nowhere',
  anchors: { directory: '/nowhere', ownerUid: 0 },
  daemonSocket: '/nowhere',
  relaySocket: '/nowhere',
  keychain: memoryKeychain(),
  program: 'sanad test',
  now: () => 1_800_000_000,
};
const system = {
  userDirectory: '/nowhere',
  relayDirectory: '/nowhere',
  anchorDirectory: '/nowhere',
  policyDirectory: '/nowhere',
  tmpfilesDirectory: '/nowhere',
  passwd: '/nowhere',
  group: '/nowhere',
};

/** The grammar alone: nothing that it describes is run. */
export function grammar(columns = 80): { readonly program: Command; readonly help: HelpText } {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const options = { stdin, stdout, stderr, isInteractive: false, hasColours: false, columns };
  const terminal = new Terminal(options);
  const help: HelpText = { out: '', error: '' };
  const surroundings = { uid: 1000, client, system, terminal, onInterrupt: () => () => undefined };
  return { program: buildProgram({ surroundings, isJson: false, onAnswer: () => undefined, help }), help };
}

/** Every command that does something. */
export function everyCommand(program: Command): readonly Command[] {
  return program.commands.flatMap((one) => (one.commands.length > 0 ? everyCommand(one) : [one]));
}
