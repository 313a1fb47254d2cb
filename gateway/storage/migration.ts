import type { Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import { createCourse } from './migration-course.ts';
import { createCheckpoint } from './checkpoint-migration.ts';
import type { Tables } from './tables.ts';
import { createUpload } from './upload-migration.ts';

/** Applied in the order of their names, each once. A released migration is never changed. */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-cases': { up: createCases },
  '0002-course': { up: createCourse },
  '0003-checkpoint': { up: createCheckpoint },
  '0004-upload': { up: createUpload },
};

/** Brings a database to the present form; safe to repeat. */
export async function migrate(database: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw new Error('The database could not be migrated', { cause: error });
}

// Migrations see the database as it is at their time, not as Tables describes it today: hence Kysely<unknown>.
async function createCases(database: Kysely<unknown>): Promise<void> {
  await createRegistration(database);
  await createRequestMemory(database);
  await createAudit(database);
  await createCertificate(database);
}

async function createRegistration(database: Kysely<unknown>): Promise<void> {
  const { schema } = database;
  await schema
    .createTable('registration')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('profile', 'text', (column) => column.notNull())
    .addColumn('route', 'text', (column) => column.notNull())
    .addColumn('category', 'text', (column) => column.notNull())
    .addColumn('fields', 'text', (column) => column.notNull())
    .addColumn('endpoints', 'text', (column) => column.notNull())
    .addColumn('consent', 'text', (column) => column.notNull())
    .addColumn('note', 'text')
    .addColumn('statement', 'text')
    .addColumn('submitted_at', 'bigint', (column) => column.notNull())
    .addColumn('changed_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable('device')
    .addColumn('registration', 'text', (column) => column.notNull().references('registration.id'))
    .addColumn('thumbprint', 'text', (column) => column.notNull())
    .addColumn('x', 'text', (column) => column.notNull())
    .addColumn('added_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('device_pk', ['registration', 'thumbprint'])
    .execute();
  await schema.createIndex('device_by_thumbprint').on('device').column('thumbprint').execute();
}

async function createRequestMemory(database: Kysely<unknown>): Promise<void> {
  const { schema } = database;
  await schema
    .createTable('nonce')
    .addColumn('key_id', 'text', (column) => column.notNull())
    .addColumn('nonce', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('nonce_pk', ['key_id', 'nonce'])
    .execute();
  await schema.createIndex('nonce_by_expiry').on('nonce').column('expires_at').execute();
  await schema
    .createTable('idempotency')
    .addColumn('key_id', 'text', (column) => column.notNull())
    .addColumn('idempotency_key', 'text', (column) => column.notNull())
    .addColumn('request_digest', 'text', (column) => column.notNull())
    .addColumn('answer', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('idempotency_pk', ['key_id', 'idempotency_key'])
    .execute();
  await schema.createIndex('idempotency_by_expiry').on('idempotency').column('expires_at').execute();
}

async function createAudit(database: Kysely<unknown>): Promise<void> {
  const { schema } = database;
  await schema
    .createTable('audit_entry')
    .addColumn('registration', 'text', (column) => column.notNull())
    .addColumn('sequence', 'integer', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('commitment', 'text', (column) => column.notNull())
    .addColumn('previous', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    // PostgreSQL does not serialise transactions: two writers that both read "last is 4" meet here.
    .addPrimaryKeyConstraint('audit_entry_pk', ['registration', 'sequence'])
    .execute();
  await schema
    .createTable('audit_content')
    .addColumn('registration', 'text', (column) => column.notNull())
    .addColumn('sequence', 'integer', (column) => column.notNull())
    .addColumn('salt', 'text', (column) => column.notNull())
    .addColumn('content', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('audit_content_pk', ['registration', 'sequence'])
    .execute();
}

async function createCertificate(database: Kysely<unknown>): Promise<void> {
  const { schema } = database;
  await schema
    .createTable('certificate')
    .addColumn('jti', 'text', (column) => column.primaryKey())
    .addColumn('registration', 'text', (column) => column.notNull().references('registration.id'))
    .addColumn('device', 'text', (column) => column.notNull())
    .addColumn('status_index', 'integer', (column) => column.notNull().unique())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('issued_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema.createIndex('certificate_by_registration').on('certificate').column('registration').execute();
}
