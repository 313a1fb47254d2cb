import type { Command } from 'commander';
import type { SignOptions } from './profile.ts';
import { printJson, printLines, runCommand } from './terminal.ts';

const now = (): number => Math.floor(Date.now() / 1000);

/** `sanad-gateway profile ...`: an authority's rules as signed data. Each loads when it is run. */
export function addProfileCommands(program: Command): void {
  const profiles = program.command('profile').description('authorities’ rules, signed for those who apply');
  profiles
    .command('sign <file>')
    .description('check a profile and sign it with the profile key, wherever that is kept')
    .requiredOption('--origin <origin>', 'the gateway’s')
    .requiredOption('--key <file>', 'the profile key, made by init')
    .requiredOption('--output <file>', 'a new file, for `profile add`')
    .action((file: string, options: Omit<SignOptions, 'now'>) =>
      runCommand(false, async () => {
        const { signProfileFile } = await import('./profile.ts');
        const { reference } = await signProfileFile(file, { ...options, now: now() });
        printLines([`${reference} signed for ${options.origin}: ${options.output}`]);
      }),
    );
  profiles
    .command('add <file>')
    .description('offer a signed profile to clients, and judge new cases by it')
    .requiredOption('--dir <directory>', 'made by init')
    .action((file: string, { dir }: { readonly dir: string }) =>
      runCommand(false, async () => {
        const { addProfile } = await import('./profile.ts');
        const { reference } = addProfile(file, { dir, now: now() });
        printLines([`${reference} is offered within seconds; cases under older versions stay with those.`]);
      }),
    );
  profiles
    .command('list')
    .description('every version that is offered or that old cases are judged by')
    .requiredOption('--dir <directory>', 'made by init')
    .option('--json', 'one JSON object instead of text', false)
    .action(({ dir, json }: { readonly dir: string; readonly json: boolean }) =>
      runCommand(json, async () => {
        const { listProfiles, profileLine } = await import('./profile.ts');
        const listed = listProfiles(dir);
        if (json) printJson({ profiles: listed });
        else printLines(listed.map(profileLine));
      }),
    );
}
