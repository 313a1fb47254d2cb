import { utcDay } from '#shared/text/utc-day.ts';
import process from 'node:process';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { addCaseCommands } from './cli/case-commands.ts';
import { addProfileCommands } from './cli/profile-commands.ts';
import type { AuditOptions } from './cli/audit.ts';
import type { BackupCommand, RestoreCommand } from './cli/backup.ts';
import type { InitOptions } from './cli/init.ts';
import type { PurgeCommand } from './cli/purge-documents.ts';
import type { ServeOptions } from './cli/serve.ts';
import { printJson, printLines, runCommand } from './cli/terminal.ts';

/** sanad-gateway: makes and serves a gateway, and is the reviewers' tool. Commands load when they are run. */
export const program = new Command('sanad-gateway').description(
  'Takes registrations and publishes what an authority has decided about them.',
);

program
  .command('init')
  .description('make a new gateway: its keys, what it publishes, its reviewers')
  .requiredOption('--dir <directory>', 'a new or empty directory')
  .requiredOption('--origin <origin>', 'where clients reach it, such as https://gateway.example')
  .requiredOption('--name <name>', 'short name, also of the trust anchor’s file')
  .requiredOption('--legal-name <name>', 'who operates it')
  .requiredOption('--contact <contact>', 'how to reach the operator')
  .requiredOption('--retention <text>', 'what is kept, how long')
  .option('--tls-ca <file>', 'PEM of the authority behind its TLS, where that is not a public one')
  .option('--reviewer <names...>', 'names of the reviewers', ['reviewer'])
  .action((options: Omit<InitOptions, 'now'>) =>
    runCommand(false, async () => {
      const { initGateway } = await import('./cli/init.ts');
      const { afterInit } = await import('./cli/after-init.ts');
      const anchor = await initGateway({ ...options, now: Math.floor(Date.now() / 1000) });
      printLines(afterInit(options, anchor));
    }),
  );

program
  .command('serve')
  .description('run the gateway')
  .requiredOption('--dir <directory>', 'made by init')
  .requiredOption('--listen <address:port>', 'such as 127.0.0.1:8443 or [::]:8443')
  .option('--tls-certificate <file>', 'PEM, with the chain')
  .option('--tls-key <file>', 'PEM')
  .option('--behind-proxy', 'serve plain http: a proxy in front ends TLS', false)
  .option('--client-address-header <name>', 'in which that proxy says where a request comes from')
  .option('--issuer-socket <path>', 'use this sanad-issuer instead of starting one')
  .option('--status-ttl <seconds>', 'how long clients use a status list before they ask again', seconds, 900)
  .option('--checkpoint-every <seconds>', 'how often histories get a signed checkpoint', seconds, 300)
  .option(
    '--monitor <address>',
    'health and metrics for the operator: a unix socket’s path or 127.0.0.1:9464',
  )
  .action((options: ServeOptions) =>
    runCommand(false, async () => {
      const { serveGateway } = await import('./cli/serve.ts');
      await serveGateway(options);
    }),
  );

program
  .command('join-link')
  .description('print the link with which a machine’s administrator joins this gateway')
  .requiredOption('--dir <directory>', 'made by init')
  .action(({ dir }: { readonly dir: string }) =>
    runCommand(false, async () => {
      const { readIdentity } = await import('./cli/identity.ts');
      const { joinLink } = await import('./cli/join-link.ts');
      printLines([joinLink(readIdentity(dir).anchor)]);
    }),
  );

program
  .command('key-set')
  .description('the keys that clients accept, signed by the offline root key')
  .command('renew')
  .description('sign them again for a year, before they expire')
  .requiredOption('--dir <directory>', 'made by init')
  .requiredOption('--root <file>', 'the root key, from its offline medium')
  .action((options: { readonly dir: string; readonly root: string }) =>
    runCommand(false, async () => {
      const { renewKeySet } = await import('./cli/renew-key-set.ts');
      const renewed = await renewKeySet({ ...options, now: Math.floor(Date.now() / 1000) });
      const until = utcDay(renewed.expiresAt);
      printLines([
        `Key set version ${renewed.version}, good until ${until}.`,
        'Restart the gateway to publish it, and take the root key offline again.',
      ]);
    }),
  );

program
  .command('backup')
  .description('write everything the gateway needs to go on into one file, while it runs or not')
  .requiredOption('--dir <directory>', 'made by init')
  .requiredOption('--to <file>', 'a new file; it will hold secrets')
  .option('--issuer-socket <path>', 'of an issuer that `serve` did not start')
  .action((options: Omit<BackupCommand, 'now'>) =>
    runCommand(false, async () => {
      const { backupGateway } = await import('./cli/backup.ts');
      printLines(await backupGateway({ ...options, now: Math.floor(Date.now() / 1000) }));
    }),
  );

program
  .command('restore')
  .description('make a gateway of a backup, with what was published since taken into account')
  .requiredOption('--dir <directory>', 'a new or empty directory')
  .requiredOption('--from <file>', 'made by backup')
  .option('--published-list <file>', 'the newest status list that was published')
  .option('--without-published-list', 'there is none: what was revoked since may become valid again', false)
  .option('--published-checkpoint <file>', 'the newest checkpoint that was published')
  .action((options: Omit<RestoreCommand, 'now'>) =>
    runCommand(false, async () => {
      const { restoreGateway } = await import('./cli/backup.ts');
      printLines(await restoreGateway({ ...options, now: Math.floor(Date.now() / 1000) }));
    }),
  );

program
  .command('audit')
  .description('the histories of all registrations')
  .command('verify')
  .description('verify every history, and all of them against the newest checkpoint')
  .requiredOption('--dir <directory>', 'made by init')
  .option(
    '--checkpoint <file>',
    'a checkpoint fetched earlier from /v1/checkpoint, which has to be known here',
  )
  .option('--json', 'one JSON object instead of text', false)
  .action((options: AuditOptions & { readonly json: boolean }) =>
    runCommand(options.json, async () => {
      const { auditGateway, auditLines } = await import('./cli/audit.ts');
      const report = await auditGateway(options);
      if (options.json) printJson({ audit: report });
      else printLines(auditLines(report));
      if (report.faults.length > 0) process.exitCode = 5;
    }),
  );

program
  .command('document')
  .description('registrants’ documents, as the operator keeps them')
  .command('purge')
  .description('destroy the keys and files of closed cases’ documents, beside a running gateway or not')
  .requiredOption('--dir <directory>', 'made by init')
  .requiredOption('--older-than <days>', 'days since the case was closed, as your retention says', days)
  .option('--state <states...>', 'rejected, withdrawn, revoked or ended', ['rejected', 'withdrawn'])
  .option('--dry-run', 'only say what would go', false)
  .option('--json', 'one JSON object instead of text', false)
  .action((options: Omit<PurgeCommand, 'now'> & { readonly json: boolean }) =>
    runCommand(options.json, async () => {
      const { purgeDocuments, purgeLines } = await import('./cli/purge-documents.ts');
      const cases = await purgeDocuments({ ...options, now: Math.floor(Date.now() / 1000) });
      if (options.json) printJson({ purge: { dry_run: options.dryRun, cases } });
      else printLines(purgeLines(cases, options.dryRun));
    }),
  );

addCaseCommands(program);
addProfileCommands(program);

function seconds(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 604_800) return value;
  throw new InvalidArgumentError('a number of seconds from 1 to 604800');
}

function days(text: string): number {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text)) return value;
  throw new InvalidArgumentError('a number of days from 0 to 99999');
}

// Usage errors end with 2, as those of `sanad`.
for (const command of [program, ...program.commands.flatMap((one) => [one, ...one.commands])]) {
  command.exitOverride((error) => {
    throw error;
  });
}
// The manual is made from the same commands, without running any.
if (import.meta.main) {
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  }
}
