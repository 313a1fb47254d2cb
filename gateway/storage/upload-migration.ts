import type { Kysely } from 'kysely';

/** 0004: documents on their way in parts. */
export async function createUpload({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('upload')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('registration', 'text', (column) => column.notNull().references('registration.id'))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('content_type', 'text', (column) => column.notNull())
    .addColumn('size', 'integer', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('received', 'integer', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    // Begun twice at the same moment it is one upload.
    .addUniqueConstraint('upload_of_a_document', ['registration', 'kind', 'sha256'])
    .execute();
  await schema.createIndex('upload_by_expiry').on('upload').column('expires_at').execute();
  await schema
    .createTable('upload_part')
    .addColumn('upload', 'text', (column) => column.notNull().references('upload.id'))
    .addColumn('start', 'integer', (column) => column.notNull())
    .addColumn('file', 'text', (column) => column.notNull().unique())
    .addColumn('wrapped_key', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('upload_part_pk', ['upload', 'start'])
    .execute();
}
