import { utcDay } from '#shared/text/utc-day.ts';
import { join } from 'node:path';
import process from 'node:process';
import { casesToPurge, closedStates, purgeCase, type ClosedState, type PurgedCase } from '../case/purge.ts';
import { gatewayFiles } from '../configuration.ts';
import { readMasterKey } from '../evidence/master-key.ts';
import { DocumentVault } from '../evidence/vault.ts';
import { openDatabase } from '../storage/database.ts';
import { inTransaction } from '../storage/transaction.ts';
import { databaseLocation } from './database-location.ts';
import { readIdentity } from './identity.ts';
import { commandError } from './problem.ts';

export interface PurgeCommand {
  readonly dir: string;
  /** Since the case was closed. */
  readonly olderThan: number;
  readonly state: readonly string[];
  readonly dryRun: boolean;
  /** Seconds since the epoch. */
  readonly now: number;
}

const DAY_SECONDS = 86_400;

/** Destroys the keys of closed cases' documents and removes the files, case by case; beside a running gateway or not. */
export async function purgeDocuments(command: PurgeCommand): Promise<readonly PurgedCase[]> {
  const { dir, now, dryRun } = command;
  const options = { states: statesOf(command), closedBefore: now - command.olderThan * DAY_SECONDS };
  readIdentity(dir);
  const database = await openDatabase(databaseLocation(dir, process.env));
  try {
    const due = await casesToPurge(database, options);
    if (dryRun) return due;
    const vault = new DocumentVault({
      directory: join(dir, gatewayFiles.documentDirectory),
      masterKey: readMasterKey(join(dir, gatewayFiles.documentKey)),
    });
    for (const { registration } of due) {
      const files = await inTransaction(database, (connection) =>
        purgeCase(connection, { ...options, registration, now }),
      );
      await vault.remove(files);
    }
    return due;
  } finally {
    await database.destroy();
  }
}

function statesOf({ state }: PurgeCommand): readonly ClosedState[] {
  return state.map((word) => {
    const known = closedStates.find((one) => one === word);
    if (known === undefined)
      throw commandError('option_malformed', { detail: `--state: ${closedStates.join(', ')}` });
    return known;
  });
}

export function purgeLines(cases: readonly PurgedCase[], dryRun: boolean): readonly string[] {
  const documents = cases.reduce((sum, one) => sum + one.documents, 0);
  const lines = cases.map(
    ({ registration, state, closedAt, documents: count }) =>
      `${registration}  ${state} since ${utcDay(closedAt)}  ${count} documents`,
  );
  const total = `${documents} documents of ${cases.length} cases`;
  if (dryRun) return [...lines, `Would destroy ${total}. Nothing was changed.`];
  return [...lines, `Destroyed ${total}. They are still in backups that were made before.`];
}
