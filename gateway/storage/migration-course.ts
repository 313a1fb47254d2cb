import type { Kysely } from 'kysely';

/** 0002: questions and answers, documents, amendments, and the way in for those who watch. */
export async function createCourse(database: Kysely<unknown>): Promise<void> {
  await createAmendment(database);
  await createMessage(database);
  await createDocument(database);
  // What has changed since: for events.
  await database.schema.createIndex('audit_entry_by_time').on('audit_entry').column('at').execute();
}

async function createAmendment(database: Kysely<unknown>): Promise<void> {
  const { schema } = database;
  await schema.alterTable('registration').addColumn('amends', 'text').execute();
  await schema.createIndex('registration_by_amends').on('registration').column('amends').execute();
  await schema
    .createTable('open_amendment')
    // The primary key is what lets only one of two amendments in, sent at the same moment.
    .addColumn('amends', 'text', (column) => column.primaryKey().references('registration.id'))
    .addColumn('registration', 'text', (column) => column.notNull().unique().references('registration.id'))
    .execute();
}

async function createMessage(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('message')
    .addColumn('registration', 'text', (column) => column.notNull().references('registration.id'))
    .addColumn('sequence', 'integer', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('author', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('message_pk', ['registration', 'sequence'])
    .execute();
}

async function createDocument(database: Kysely<unknown>): Promise<void> {
  const { schema } = database;
  await schema
    .createTable('document_key')
    .addColumn('registration', 'text', (column) => column.primaryKey().references('registration.id'))
    .addColumn('wrapped', 'text', (column) => column.notNull())
    .execute();
  await schema
    .createTable('document')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('registration', 'text', (column) => column.notNull().references('registration.id'))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('content_type', 'text', (column) => column.notNull())
    .addColumn('size', 'integer', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('file', 'text', (column) => column.notNull().unique())
    .addColumn('wrapped_key', 'text', (column) => column.notNull())
    .addColumn('added_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema.createIndex('document_by_registration').on('document').column('registration').execute();
}
