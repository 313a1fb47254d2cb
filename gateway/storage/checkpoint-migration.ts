import type { Kysely } from 'kysely';

/** Checkpoints over the audit chains, and the heads that the last one was made over. */
export async function createCheckpoint({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('checkpoint')
    // Two front ends that both make the next one meet here.
    .addColumn('number', 'integer', (column) => column.primaryKey())
    .addColumn('root', 'text')
    .addColumn('text', 'text')
    .addColumn('made_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable('checkpoint_head')
    .addColumn('registration', 'text', (column) => column.primaryKey())
    .addColumn('sequence', 'integer', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .execute();
}
