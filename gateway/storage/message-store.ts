import * as z from 'zod';
import { messageSchema, type RegistrationMessage } from '#shared/contract/gateway-contract.ts';
import type { Connection } from './database.ts';

const rowSchema = z
  .object({ sequence: z.number(), at: z.coerce.number(), author: z.string(), text: z.string() })
  .transform(({ author, ...row }) => ({ ...row, from: author }))
  .pipe(messageSchema);

/** Adds to a case's questions and answers. The caller holds the registration (`changeState`). */
export async function insertMessage(
  connection: Connection,
  registration: string,
  message: Omit<RegistrationMessage, 'sequence'>,
): Promise<void> {
  const last = await connection
    .selectFrom('message')
    .select('sequence')
    .where('registration', '=', registration)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  const { at, from: author, text } = message;
  const sequence = (last?.sequence ?? 0) + 1;
  await connection.insertInto('message').values({ registration, sequence, at, author, text }).execute();
}

/** Oldest first. */
export async function messagesOf(
  connection: Connection,
  registration: string,
): Promise<readonly RegistrationMessage[]> {
  const rows = await connection
    .selectFrom('message')
    .select(['sequence', 'at', 'author', 'text'])
    .where('registration', '=', registration)
    .orderBy('sequence')
    .execute();
  return rows.map((row) => rowSchema.parse(row));
}
