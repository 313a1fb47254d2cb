import * as z from 'zod';
import {
  endpointSchema,
  registrationStates,
  type RegistrationState,
} from '#shared/contract/gateway-contract.ts';
import type { Connection } from './database.ts';

const MAX_LISTED = 1000;

const rowSchema = z.object({
  id: z.string(),
  state: z.enum(registrationStates),
  profile: z.string(),
  route: z.string(),
  category: z.string(),
  fields: json(z.record(z.string(), z.string())),
  endpoints: json(z.array(endpointSchema)),
  consent: json(z.object({ text: z.string(), given_at: z.int() })),
  note: z.string().nullable(),
  statement: z.string().nullable(),
  submitted_at: z.coerce.number(),
  changed_at: z.coerce.number(),
  amends: z.string().nullable(),
});

/** A registration as stored. Parsed on the way out: a damaged row is an error, never a half-filled case. */
export type StoredRegistration = z.infer<typeof rowSchema>;

export interface StoredDevice {
  readonly thumbprint: string;
  readonly x: string;
}

export async function insertRegistration(
  connection: Connection,
  registration: StoredRegistration,
  device: StoredDevice,
): Promise<void> {
  await connection
    .insertInto('registration')
    .values({
      ...registration,
      fields: JSON.stringify(registration.fields),
      endpoints: JSON.stringify(registration.endpoints),
      consent: JSON.stringify(registration.consent),
    })
    .execute();
  await connection
    .insertInto('device')
    .values({ ...device, registration: registration.id, added_at: registration.submitted_at })
    .execute();
}

export async function findRegistration(
  connection: Connection,
  id: string,
): Promise<StoredRegistration | undefined> {
  const row = await connection.selectFrom('registration').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : rowSchema.parse(row);
}

/** The newest first. */
export async function listRegistrations(connection: Connection): Promise<readonly StoredRegistration[]> {
  const rows = await connection
    .selectFrom('registration')
    .selectAll()
    .orderBy('submitted_at', 'desc')
    .orderBy('id')
    .limit(MAX_LISTED)
    .execute();
  return rows.map((row) => rowSchema.parse(row));
}

/** Those of these that are there. */
export async function findRegistrations(
  connection: Connection,
  ids: readonly string[],
): Promise<readonly StoredRegistration[]> {
  if (ids.length === 0) return [];
  const rows = await connection
    .selectFrom('registration')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute();
  return rows.map((row) => rowSchema.parse(row));
}

export async function listRegistrationIds(connection: Connection): Promise<readonly string[]> {
  const rows = await connection.selectFrom('registration').select('id').execute();
  return rows.map(({ id }) => id);
}

export interface StateChange {
  readonly id: string;
  readonly from: RegistrationState;
  readonly to: RegistrationState;
  readonly at: number;
  readonly note?: string;
  readonly statement?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

/**
 * False where the registration is no longer in `from`: somebody else was first. From here to the end of the
 * transaction the registration is the caller's: on PostgreSQL another that changes it starts over.
 */
export async function changeState(connection: Connection, change: StateChange): Promise<boolean> {
  const result = await connection
    .updateTable('registration')
    .set({
      state: change.to,
      changed_at: change.at,
      ...(change.note === undefined ? {} : { note: change.note }),
      ...(change.statement === undefined ? {} : { statement: change.statement }),
      ...(change.fields === undefined ? {} : { fields: JSON.stringify(change.fields) }),
    })
    .where('id', '=', change.id)
    .where('state', '=', change.from)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function devicesOf(connection: Connection, id: string): Promise<readonly StoredDevice[]> {
  const rows = await connection
    .selectFrom('device')
    .select(['thumbprint', 'x'])
    .where('registration', '=', id)
    .execute();
  // Sorted here: PostgreSQL sorts by the rules of a language, which put `a` before `B`.
  return rows.toSorted((one, other) => (one.thumbprint < other.thumbprint ? -1 : 1));
}

/** A device key by its thumbprint, whichever registration brought it. */
export async function findDeviceKey(
  connection: Connection,
  thumbprint: string,
): Promise<StoredDevice | undefined> {
  const row = await connection
    .selectFrom('device')
    .select(['thumbprint', 'x'])
    .where('thumbprint', '=', thumbprint)
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : { thumbprint: row.thumbprint, x: row.x };
}

function json<T extends z.ZodType>(schema: T) {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue('not JSON');
        return z.NEVER;
      }
    })
    .pipe(schema);
}
