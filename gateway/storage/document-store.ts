import * as z from 'zod';
import { documentSchema } from '#shared/contract/gateway-contract.ts';
import type { Connection } from './database.ts';
import { deleteUploads } from './upload-store.ts';

const rowSchema = documentSchema.extend({
  registration: z.string(),
  added_at: z.coerce.number(),
  file: z.string(),
  wrapped_key: z.string(),
});

/** A document's row: where its bytes are, and the key to them. */
export type StoredDocument = Readonly<z.infer<typeof rowSchema>>;

export async function insertDocument(connection: Connection, document: StoredDocument): Promise<void> {
  await connection.insertInto('document').values(document).execute();
}

/** In the order in which they were added. */
export async function documentsOf(
  connection: Connection,
  registration: string,
): Promise<readonly StoredDocument[]> {
  const rows = await connection
    .selectFrom('document')
    .selectAll()
    .where('registration', '=', registration)
    .orderBy('added_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => rowSchema.parse(row));
}

export async function deleteDocument(connection: Connection, id: string): Promise<void> {
  await connection.deleteFrom('document').where('id', '=', id).execute();
}

/** Every document of a registration, and the key that would open any of its files. */
export async function deleteDocuments(connection: Connection, registration: string): Promise<void> {
  await deleteUploads(connection, registration);
  await connection.deleteFrom('document').where('registration', '=', registration).execute();
  await connection.deleteFrom('document_key').where('registration', '=', registration).execute();
}

/** The names of these files that belong to a document, or to a part of one. */
export async function knownFiles(
  connection: Connection,
  files: readonly string[],
): Promise<ReadonlySet<string>> {
  if (files.length === 0) return new Set();
  const known = new Set<string>();
  for (const table of ['document', 'upload_part'] as const) {
    const rows = await connection
      .selectFrom(table)
      .select('file')
      .where('file', 'in', [...files])
      .execute();
    for (const { file } of rows) known.add(file);
  }
  return known;
}

/** Registrations in these states since before then that have documents still, the longest closed first. */
export async function registrationsWithDocuments(
  connection: Connection,
  of: { readonly states: readonly string[]; readonly closedBefore: number },
): Promise<
  readonly {
    readonly registration: string;
    readonly state: string;
    readonly closedAt: number;
    readonly documents: number;
  }[]
> {
  const rows = await connection
    .selectFrom('registration')
    .innerJoin('document', 'document.registration', 'registration.id')
    .select(['registration.id', 'registration.state', 'registration.changed_at'])
    .select(({ fn }) => fn.count('document.id').as('documents'))
    .where('registration.state', 'in', [...of.states])
    .where('registration.changed_at', '<', of.closedBefore)
    .groupBy(['registration.id', 'registration.state', 'registration.changed_at'])
    .orderBy('registration.changed_at')
    .orderBy('registration.id')
    .execute();
  return rows.map(({ id, state, changed_at: closedAt, documents }) => ({
    ...{ registration: id, state, closedAt, documents: Number(documents) },
  }));
}

export async function hasDocumentKeys(connection: Connection): Promise<boolean> {
  const row = await connection.selectFrom('document_key').select('registration').limit(1).executeTakeFirst();
  return row !== undefined;
}

export async function findDocumentKey(
  connection: Connection,
  registration: string,
): Promise<string | undefined> {
  const row = await connection
    .selectFrom('document_key')
    .select('wrapped')
    .where('registration', '=', registration)
    .executeTakeFirst();
  return row?.wrapped;
}

/** The key that is there, or this one. The caller holds the registration (`changeState`). */
export async function keepDocumentKey(
  connection: Connection,
  registration: string,
  wrapped: string,
): Promise<string> {
  await connection
    .insertInto('document_key')
    .values({ registration, wrapped })
    .onConflict((conflict) => conflict.column('registration').doNothing())
    .execute();
  return (await findDocumentKey(connection, registration)) ?? wrapped;
}
