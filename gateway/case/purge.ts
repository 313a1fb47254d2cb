import { recordAudit } from './audit-log.ts';
import type { Connection } from '../storage/database.ts';
import { deleteDocuments, documentsOf, registrationsWithDocuments } from '../storage/document-store.ts';
import { findRegistration } from '../storage/registration-store.ts';

/** States that nothing leads out of: what was handed in is no longer needed to decide anything. */
export const closedStates = ['rejected', 'withdrawn', 'revoked', 'ended'] as const;
export type ClosedState = (typeof closedStates)[number];

export interface PurgeOptions {
  readonly states: readonly ClosedState[];
  /** Seconds since the epoch: cases that were closed before. */
  readonly closedBefore: number;
}

export interface PurgedCase {
  readonly registration: string;
  readonly state: ClosedState;
  readonly closedAt: number;
  readonly documents: number;
}

/** The cases whose documents are due. */
export async function casesToPurge(
  connection: Connection,
  options: PurgeOptions,
): Promise<readonly PurgedCase[]> {
  const rows = await registrationsWithDocuments(connection, options);
  return rows.map(({ registration, state, closedAt, documents }) => {
    const closed = closedStates.find((one) => one === state);
    if (closed === undefined) throw new Error('The database gave a case that was not asked for');
    return { registration, state: closed, closedAt, documents };
  });
}

/**
 * Destroys the keys of a case's documents, in the caller's transaction, if they are still due. Gives their files, which
 * nothing opens any more and which are the caller's to remove once this is on the disk.
 */
export async function purgeCase(
  connection: Connection,
  options: PurgeOptions & { readonly registration: string; readonly now: number },
): Promise<readonly string[]> {
  const { registration, states, closedBefore, now } = options;
  const stored = await findRegistration(connection, registration);
  const isDue = stored !== undefined && states.some((state) => state === stored.state);
  if (!isDue || stored.changed_at >= closedBefore) return [];
  const documents = await documentsOf(connection, registration);
  await deleteDocuments(connection, registration);
  await recordAudit(connection, {
    ...{ registration, at: now, actor: 'operator', action: 'purge_documents' },
    content: { documents: documents.map(({ id, kind }) => ({ id, kind })), closed_before: closedBefore },
  });
  return documents.map(({ file }) => file);
}
