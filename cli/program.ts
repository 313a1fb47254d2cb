import { Command, InvalidArgumentError } from 'commander';
import type { Answer } from './answer.ts';
import type { Surroundings } from './surroundings.ts';
import { version } from './version.ts';

export interface HelpText {
  out: string;
  error: string;
}

interface ProgramOptions {
  readonly surroundings: Surroundings;
  readonly isJson: boolean;
  readonly help: HelpText;
  /** undefined: it has said everything itself. */
  readonly onAnswer: (answer: Answer | undefined) => void;
}

/**
 * The command line's grammar. A command's code is loaded when it is asked for, so that `sanad status` starts as
 * fast as it can.
 */
export function buildProgram(options: ProgramOptions): Command {
  const program = new Command('sanad')
    .description('VPN connections that do not come up until they are registered')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => (options.help.out += text),
      writeErr: (text) => (options.help.error += text),
    });
  addConnectionCommands(program, options);
  addTunnelCommands(program, options);
  addRegistrationCommands(program, options);
  addAdministratorCommands(program, options);
  return program;
}

/** Every command has --json. */
function command(parent: Command, words: string, description: string): Command {
  return parent
    .command(words)
    .description(description)
    .option('--json', 'one JSON document on standard output');
}

function addConnectionCommands(program: Command, { surroundings, isJson, onAnswer }: ProgramOptions): void {
  command(program, 'connect <name>', 'bring a tunnel up and wait until it is').action(
    async (name: string) => {
      // The keychain's process starts up while the command's code is loaded: it is the slowest part.
      surroundings.client.keychain.prepare();
      const { connectCommand } = await import('./command/connect.ts');
      onAnswer(await connectCommand(surroundings, name));
    },
  );
  command(program, 'disconnect', 'take the tunnel down and open the network').action(async () => {
    const { disconnectCommand } = await import('./command/disconnect.ts');
    onAnswer(await disconnectCommand(surroundings));
  });
  command(program, 'status', 'connection, and whether your tunnels are registered').action(async () => {
    const { statusCommand } = await import('./command/status.ts');
    onAnswer(await statusCommand(surroundings));
  });
  command(program, 'watch', 'the status at every change, until Ctrl-C').action(async () => {
    const { watchCommand } = await import('./command/watch.ts');
    onAnswer(await watchCommand(surroundings, { isJson }));
  });
}

function addTunnelCommands(program: Command, { surroundings, onAnswer }: ProgramOptions): void {
  command(program, 'import <file>', 'import a WireGuard .conf file (- for standard input)')
    .option('--name <name>', 'the tunnel’s name; the file’s name otherwise')
    .action(async (file: string, { name }: { name?: string }) => {
      const { importCommand } = await import('./command/import.ts');
      onAnswer(await importCommand(surroundings, { file, name }));
    });
  command(program, 'list', 'your tunnels').action(async () => {
    const { listCommand } = await import('./command/list.ts');
    onAnswer(await listCommand(surroundings));
  });
  command(program, 'show <name>', 'a tunnel’s configuration, without its secret keys').action(
    async (name: string) => {
      const { showCommand } = await import('./command/show.ts');
      onAnswer(await showCommand(surroundings, name));
    },
  );
  command(program, 'remove <name>', 'forget a tunnel and its keys').action(async (name: string) => {
    const { removeCommand } = await import('./command/remove.ts');
    onAnswer(await removeCommand(surroundings, name));
  });
}

interface RegisterOptions {
  readonly gateway?: string;
  readonly profile: string;
  readonly route: string;
  readonly category: string;
  readonly field: Readonly<Record<string, string>>;
  readonly consent?: boolean;
  readonly wait?: boolean;
}

function addRegistrationCommands(program: Command, { surroundings, onAnswer }: ProgramOptions): void {
  command(program, 'register <name>', 'ask a gateway to register a tunnel’s VPN servers')
    .option('--gateway <name>', 'which of the joined gateways; needed when there are several')
    .requiredOption('--profile <profile>', 'the authority’s rules, e.g. pk-pta@1')
    .requiredOption('--route <route>', 'the way of registering that the profile offers, e.g. B')
    .requiredOption('--category <category>', 'who registers, e.g. freelancer')
    .option('--field <name=value>', 'a field that the profile asks for; once for each', collectField, {})
    .option('--consent', 'you consent to what is shown; asked for on a terminal otherwise')
    .option('--wait', 'wait for the decision')
    .action(async (name: string, options: RegisterOptions) => {
      const { registerCommand } = await import('./command/register.ts');
      const { consent = false, wait = false, gateway, field: fields, ...rest } = options;
      onAnswer(await registerCommand(surroundings, { ...rest, name, gateway, fields, consent, wait }));
    });
  const registration = program.command('registration').description('your registrations');
  command(registration, 'show [name-or-id]', 'where a registration stands and what comes next').action(
    async (named: string | undefined) => {
      const { registrationShowCommand } = await import('./command/registration-show.ts');
      onAnswer(await registrationShowCommand(surroundings, named));
    },
  );
  command(program, 'refresh', 'fetch the gateways’ status lists and keys now').action(async () => {
    const { refreshCommand } = await import('./command/refresh.ts');
    onAnswer(await refreshCommand(surroundings));
  });
}

function addAdministratorCommands(program: Command, { surroundings, onAnswer }: ProgramOptions): void {
  command(program, 'join <link-or-file>', 'trust a gateway on this machine (administrator)')
    .option('--yes', 'trust it without being asked')
    .option('--replace', 'even where other keys are trusted under that name')
    .action(async (source: string, options: { readonly yes?: boolean; readonly replace?: boolean }) => {
      const { joinCommand } = await import('./command/join.ts');
      const { yes = false, replace = false } = options;
      onAnswer(await joinCommand(surroundings, { source, yes, replace }));
    });
  command(program, 'repair', 'clear what Sanad left in the network when nothing else helps (administrator)')
    .option('--dry-run', 'only say what would be cleared')
    .action(async ({ dryRun = false }: { readonly dryRun?: boolean }) => {
      const [{ repairCommand }, { linuxMachine }] = await Promise.all([
        import('./command/repair.ts'),
        import('./repair/linux/linux-machine.ts'),
      ]);
      const machine = () => linuxMachine(surroundings.system);
      onAnswer(await repairCommand(surroundings, { dryRun, machine }));
    });
  const user = program.command('user').description('who may use Sanad on this machine (administrator)');
  command(user, 'enable <user>', 'let somebody use Sanad (name or number)').action(async (named: string) => {
    const { userEnableCommand } = await import('./command/user.ts');
    onAnswer(await userEnableCommand(surroundings, named));
  });
  command(user, 'disable <user>', 'take it back').action(async (named: string) => {
    const { userDisableCommand } = await import('./command/user.ts');
    onAnswer(await userDisableCommand(surroundings, named));
  });
  command(user, 'list', 'who may').action(async () => {
    const { userListCommand } = await import('./command/user.ts');
    onAnswer(await userListCommand(surroundings));
  });
}

function collectField(text: string, fields: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It has the form name=value.');
  return { ...fields, [text.slice(0, at)]: text.slice(at + 1) };
}
