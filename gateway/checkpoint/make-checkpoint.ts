import type { IssuerPort } from '../issuer/client.ts';
import {
  checkpointHeads,
  grownHeads,
  insertCheckpoint,
  lastCheckpoint,
  replaceHeads,
  setCheckpointText,
} from '../storage/checkpoint-store.ts';
import type { Connection } from '../storage/database.ts';
import { inTransaction } from '../storage/transaction.ts';
import { treeRoot } from './tree.ts';

/**
 * Has a checkpoint over the chains' heads signed where one has grown since the last. First it is fixed in the database and
 * then signed: a crash in between leaves one that is signed next time, and no number ever has two roots.
 */
export async function makeCheckpoint(
  database: Connection,
  options: { readonly issuer: IssuerPort; readonly now: number },
): Promise<void> {
  const { issuer, now } = options;
  const unsigned = await inTransaction(database, (transaction) => fixNext(transaction, now));
  if (unsigned === undefined) return;
  const { checkpoint } = await issuer.ask('checkpoint', unsigned);
  await setCheckpointText(database, { number: unsigned.number, text: checkpoint });
}

interface Unsigned {
  readonly number: number;
  readonly root: string;
}

/** The one to be signed; undefined where nothing has changed. */
async function fixNext(transaction: Connection, now: number): Promise<Unsigned | undefined> {
  const last = await lastCheckpoint(transaction);
  if (last?.text === null && last.root !== null) return { number: last.number, root: last.root };
  const grown = await grownHeads(transaction);
  const isFitting = last !== undefined && last.root !== null;
  if (isFitting && grown.length === 0) return undefined;
  await replaceHeads(transaction, grown);
  const next = { number: (last?.number ?? 0) + 1, root: treeRoot(await checkpointHeads(transaction)) };
  await insertCheckpoint(transaction, { ...next, text: null, at: now });
  return next;
}
