import type { Connection } from './database.ts';

/** A checkpoint as this gateway knows it. */
export interface StoredCheckpoint {
  readonly number: number;
  /** null: nothing is known to fit it, because the database was restored from before it. */
  readonly root: string | null;
  /** null: not signed yet. */
  readonly text: string | null;
}

/** The last entry of a registration's chain. */
export interface StoredHead {
  readonly registration: string;
  readonly sequence: number;
  readonly hash: string;
}

export async function lastCheckpoint(connection: Connection): Promise<StoredCheckpoint | undefined> {
  return await connection
    .selectFrom('checkpoint')
    .select(['number', 'root', 'text'])
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
}

export async function findCheckpoint(
  connection: Connection,
  number: number,
): Promise<StoredCheckpoint | undefined> {
  return await connection
    .selectFrom('checkpoint')
    .select(['number', 'root', 'text'])
    .where('number', '=', number)
    .executeTakeFirst();
}

/** The newest that is signed, or that the heads were noted for, signed or not. */
export async function lastCheckpointWith(
  connection: Connection,
  column: 'text' | 'root',
): Promise<StoredCheckpoint | undefined> {
  return await connection
    .selectFrom('checkpoint')
    .select(['number', 'root', 'text'])
    .where(column, 'is not', null)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** The newest that is signed: what is published. */
export async function lastSignedCheckpoint(connection: Connection): Promise<string | undefined> {
  return (await lastCheckpointWith(connection, 'text'))?.text ?? undefined;
}

export async function insertCheckpoint(
  connection: Connection,
  checkpoint: StoredCheckpoint & { readonly at: number },
): Promise<void> {
  const { number, root, text, at } = checkpoint;
  await connection.insertInto('checkpoint').values({ number, root, text, made_at: at }).execute();
}

export async function setCheckpointText(
  connection: Connection,
  checkpoint: { readonly number: number; readonly text: string },
): Promise<void> {
  await connection
    .updateTable('checkpoint')
    .set({ text: checkpoint.text })
    .where('number', '=', checkpoint.number)
    .execute();
}

/** The heads that the last checkpoint was made over. */
export async function checkpointHeads(connection: Connection): Promise<readonly StoredHead[]> {
  return await connection
    .selectFrom('checkpoint_head')
    .select(['registration', 'sequence', 'hash'])
    .execute();
}

/** Heads of chains that have grown, or begun, since that checkpoint. */
export async function grownHeads(connection: Connection): Promise<readonly StoredHead[]> {
  return await connection
    .selectFrom('audit_entry')
    .innerJoin(
      (from) =>
        from
          .selectFrom('audit_entry')
          .select(({ fn }) => ['registration', fn.max('sequence').as('sequence')])
          .groupBy('registration')
          .as('last'),
      (join) =>
        join
          .onRef('last.registration', '=', 'audit_entry.registration')
          .onRef('last.sequence', '=', 'audit_entry.sequence'),
    )
    .leftJoin('checkpoint_head', 'checkpoint_head.registration', 'audit_entry.registration')
    .where((eb) =>
      eb.or([
        eb('checkpoint_head.sequence', 'is', null),
        eb('checkpoint_head.sequence', '<', eb.ref('audit_entry.sequence')),
      ]),
    )
    .select(['audit_entry.registration', 'audit_entry.sequence', 'audit_entry.hash'])
    .execute();
}

export async function replaceHeads(connection: Connection, heads: readonly StoredHead[]): Promise<void> {
  for (const head of heads) {
    await connection
      .insertInto('checkpoint_head')
      .values(head)
      .onConflict((conflict) =>
        conflict.column('registration').doUpdateSet({ sequence: head.sequence, hash: head.hash }),
      )
      .execute();
  }
}
