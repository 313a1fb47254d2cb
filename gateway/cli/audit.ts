import process from 'node:process';
import { restoreKeySet } from '#shared/registration/key-set.ts';
import { verifyAudit, type AuditReport } from '../checkpoint/verify-audit.ts';
import { nodePrimitives } from '../key/node-primitives.ts';
import { openDatabase } from '../storage/database.ts';
import { databaseLocation } from './database-location.ts';
import { readIdentity } from './identity.ts';
import { readNamedFile } from './read-file.ts';

export interface AuditOptions {
  readonly dir: string;
  /** A file with a checkpoint that was fetched earlier. */
  readonly checkpoint?: string;
}

/** Verifies a gateway's histories, running or not. */
export async function auditGateway({ dir, checkpoint }: AuditOptions): Promise<AuditReport> {
  const { anchor, keySet: text } = readIdentity(dir);
  const keySet = restoreKeySet({ text, anchor, primitives: nodePrimitives });
  const published = checkpoint === undefined ? {} : { published: readNamedFile(checkpoint).trim() };
  const database = await openDatabase(databaseLocation(dir, process.env));
  try {
    return await verifyAudit(database, { keySet, ...published });
  } finally {
    await database.destroy();
  }
}

export function auditLines(report: AuditReport): readonly string[] {
  const { chains, entries, withoutContent, checkpoint, unsigned, faults } = report;
  const deleted = withoutContent === 0 ? '' : ` (the content of ${withoutContent} was deleted)`;
  return [
    `${chains} histories with ${entries} entries${deleted}.`,
    checkpoint === undefined
      ? 'No checkpoint yet: entries cut off the end of a history would not be seen.'
      : `Checkpoint ${checkpoint.number} of ${new Date(checkpoint.at * 1000).toISOString()}.`,
    ...(unsigned === undefined
      ? []
      : [
          `Checkpoint ${unsigned.number} is not signed yet: what is new since the one before has only the database’s word. Is the issuer running?`,
        ]),
    ...faults.map(({ fault, registration = '', sequence }) =>
      ['BROKEN', fault, registration, sequence === undefined ? '' : `entry ${sequence}`].join(' ').trim(),
    ),
    faults.length === 0 ? 'Everything verifies.' : `${faults.length} things do not verify.`,
  ];
}
