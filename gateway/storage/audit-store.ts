import * as z from 'zod';
import type { Connection } from './database.ts';

const entrySchema = z.object({
  registration: z.string(),
  sequence: z.number(),
  // bigint comes back as text from PostgreSQL.
  at: z.coerce.number(),
  actor: z.string(),
  action: z.string(),
  commitment: z.string(),
  previous: z.string(),
  hash: z.string(),
});
const contentSchema = z.object({ sequence: z.number(), salt: z.string(), content: z.string() });

export type StoredAuditEntry = Readonly<z.infer<typeof entrySchema>>;
export type StoredAuditContent = Readonly<z.infer<typeof contentSchema>>;

export async function insertAuditEntry(
  connection: Connection,
  entry: StoredAuditEntry,
  content: StoredAuditContent,
): Promise<void> {
  await connection.insertInto('audit_entry').values(entry).execute();
  await connection
    .insertInto('audit_content')
    .values({ ...content, registration: entry.registration })
    .execute();
}

/** In the order of their sequence. */
export async function auditEntriesOf(
  connection: Connection,
  registration: string,
): Promise<readonly StoredAuditEntry[]> {
  const rows = await connection
    .selectFrom('audit_entry')
    .selectAll()
    .where('registration', '=', registration)
    .orderBy('sequence')
    .execute();
  return rows.map((row) => entrySchema.parse(row));
}

/** The head of a registration's chain. */
export async function lastAuditEntry(
  connection: Connection,
  registration: string,
): Promise<StoredAuditEntry | undefined> {
  const row = await connection
    .selectFrom('audit_entry')
    .selectAll()
    .where('registration', '=', registration)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : entrySchema.parse(row);
}

export async function auditContentOf(
  connection: Connection,
  registration: string,
): Promise<readonly StoredAuditContent[]> {
  const rows = await connection
    .selectFrom('audit_content')
    .select(['sequence', 'salt', 'content'])
    .where('registration', '=', registration)
    .orderBy('sequence')
    .execute();
  return rows.map((row) => contentSchema.parse(row));
}

/** What followed this place in a registration's history. */
export async function auditEntriesAfter(
  connection: Connection,
  of: { readonly registration: string; readonly sequence: number },
): Promise<readonly StoredAuditEntry[]> {
  const rows = await connection
    .selectFrom('audit_entry')
    .selectAll()
    .where('registration', '=', of.registration)
    .where('sequence', '>', of.sequence)
    .orderBy('sequence')
    .execute();
  return rows.map((row) => entrySchema.parse(row));
}

/** How long each of these histories is. */
export async function lastSequences(
  connection: Connection,
  registrations: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (registrations.length === 0) return new Map();
  const rows = await connection
    .selectFrom('audit_entry')
    .select(['registration', ({ fn }) => fn.max('sequence').as('sequence')])
    .where('registration', 'in', [...registrations])
    .groupBy('registration')
    .execute();
  return sequencesOf(rows);
}

/** Whose history has grown since, and how long it is; at most `most` of them. */
export async function changedSince(
  connection: Connection,
  options: { readonly since: number; readonly most: number },
): Promise<ReadonlyMap<string, number>> {
  const rows = await connection
    .selectFrom('audit_entry')
    .select(['registration', ({ fn }) => fn.max('sequence').as('sequence')])
    .where('at', '>=', options.since)
    .groupBy('registration')
    .limit(options.most)
    .execute();
  return sequencesOf(rows);
}

function sequencesOf(
  rows: readonly { readonly registration: string; readonly sequence: unknown }[],
): ReadonlyMap<string, number> {
  return new Map(rows.map(({ registration, sequence }) => [registration, Number(sequence)]));
}

export async function registrationsWithHistory(connection: Connection): Promise<readonly string[]> {
  const rows = await connection.selectFrom('audit_entry').select('registration').distinct().execute();
  return rows.map(({ registration }) => registration);
}
