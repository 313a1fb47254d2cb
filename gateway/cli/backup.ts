import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { backUp } from '../backup/back-up.ts';
import { backupError } from '../backup/problem.ts';
import { noteLostCheckpoints, unpackBackup, type Restored } from '../backup/restore.ts';
import { gatewayFiles } from '../configuration.ts';
import { isPostgresqlUrl, openDatabase } from '../storage/database.ts';
import { databaseLocation } from './database-location.ts';
import { readIdentity } from './identity.ts';
import { commandError } from './problem.ts';
import { readNamedFile } from './read-file.ts';

export interface BackupCommand {
  readonly dir: string;
  readonly to: string;
  readonly issuerSocket?: string;
  /** Seconds since the epoch. */
  readonly now: number;
}

export async function backupGateway({
  dir,
  to,
  issuerSocket,
  now,
}: BackupCommand): Promise<readonly string[]> {
  const identity = readIdentity(dir);
  if (existsSync(to)) throw backupError('backup_exists');
  const cases = isPostgresqlUrl(databaseLocation(dir, process.env)) ? 'postgresql' : 'sqlite';
  await backUp({
    ...{ directory: resolve(dir), identity, to: resolve(to), cases, now },
    issuerSocket: issuerSocket ?? join(dir, gatewayFiles.issuerSocket),
  });
  return [
    `Backup written to ${to}.`,
    'It holds the keys that sign certificates and everything registrants have given: encrypt it before it goes anywhere.',
    ...(cases === 'postgresql'
      ? ['The cases are in PostgreSQL and not in it: this backup has to be made after pg_dump’s.']
      : []),
  ];
}

export interface RestoreCommand {
  readonly dir: string;
  readonly from: string;
  readonly publishedList?: string;
  readonly withoutPublishedList: boolean;
  readonly publishedCheckpoint?: string;
  /** Seconds since the epoch. */
  readonly now: number;
}

export async function restoreGateway(command: RestoreCommand): Promise<readonly string[]> {
  const { dir, from, publishedList, withoutPublishedList, publishedCheckpoint, now } = command;
  if (publishedList === undefined && !withoutPublishedList) throw backupError('published_list_needed');
  const published = { list: readPublished(publishedList), checkpoint: readPublished(publishedCheckpoint) };
  const directory = resolve(dir);
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  if (readdirSync(directory).length > 0) throw commandError('gateway_exists');
  try {
    const restored = await unpackBackup({ directory, from, published });
    await finish(directory, restored, now);
    return linesOf(dir, restored);
  } catch (error) {
    // Half a gateway is worse than none. The directory was empty when we came.
    for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true });
    throw error;
  }
}

async function finish(directory: string, { manifest }: Restored, now: number): Promise<void> {
  const where = databaseLocation(directory, process.env);
  if (isPostgresqlUrl(where) !== (manifest.cases === 'postgresql'))
    throw backupError('backup_cases_elsewhere');
  const database = await openDatabase(where);
  try {
    await noteLostCheckpoints(database, directory, now);
  } finally {
    await database.destroy();
  }
}

function readPublished(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readNamedFile(file).trim();
}

function linesOf(dir: string, { manifest, concerned }: Restored): readonly string[] {
  return [
    `Gateway of ${manifest.origin} restored to ${dir}, as it was at ${new Date(manifest.made_at * 1000).toISOString()}.`,
    'Cases submitted since are lost: their registrants have to submit again.',
    ...(concerned.length === 0
      ? []
      : [
          'Of these, certificates were revoked or suspended since, or there was none yet, so that nobody can tell. They get none',
          'until a reviewer has decided about each anew:',
        ]),
    ...concerned.map((registration) => `  ${registration}`),
  ];
}
