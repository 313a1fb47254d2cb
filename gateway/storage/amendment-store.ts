import type { Connection } from './database.ts';

export interface StoredAmendment {
  readonly amends: string;
  /** The new registration. */
  readonly registration: string;
}

/** False where another amendment of the same registration is open. */
export async function openAmendment(connection: Connection, amendment: StoredAmendment): Promise<boolean> {
  const result = await connection
    .insertInto('open_amendment')
    .values({ amends: amendment.amends, registration: amendment.registration })
    .onConflict((conflict) => conflict.column('amends').doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** The amendment of a registration that is under way. */
export async function openAmendmentOf(connection: Connection, amends: string): Promise<string | undefined> {
  const row = await connection
    .selectFrom('open_amendment')
    .select('registration')
    .where('amends', '=', amends)
    .executeTakeFirst();
  return row?.registration;
}

export async function isOpenAmendment(connection: Connection, registration: string): Promise<boolean> {
  const row = await connection
    .selectFrom('open_amendment')
    .select('amends')
    .where('registration', '=', registration)
    .executeTakeFirst();
  return row !== undefined;
}

/** It has taken its predecessor's place, or has come to nothing; safe to repeat. */
export async function closeAmendment(connection: Connection, registration: string): Promise<void> {
  await connection.deleteFrom('open_amendment').where('registration', '=', registration).execute();
}

/** For each of these registrations, what amends it or has taken its place; what came to nothing is left out. */
export async function amendmentsOf(
  connection: Connection,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await connection
    .selectFrom('registration')
    .select(['id', 'amends'])
    .where('amends', 'in', [...ids])
    .where('state', 'not in', ['rejected', 'withdrawn'])
    .orderBy('submitted_at')
    .orderBy('id')
    .execute();
  return new Map(rows.flatMap(({ id, amends }) => (amends === null ? [] : [[amends, id] as const])));
}
