import { sql, SqliteAdapter, type RawBuilder } from 'kysely';
import type { Connection } from './database.ts';

/** Of a signed request: whose it is, and what must never work twice. */
export interface UsedNonce {
  readonly keyId: string;
  readonly nonce: string;
  readonly expiresAt: number;
}

/** False where the nonce was used before with this key. */
export async function consumeNonce(connection: Connection, nonce: UsedNonce): Promise<boolean> {
  const { numAffectedRows } = await insertNonce(nonce).execute(connection);
  return numAffectedRows === 1n;
}

// The statements of every signed request are text: building them cost as much as running them.
const insertNonce = ({ keyId, nonce, expiresAt }: UsedNonce): RawBuilder<unknown> => sql`
  insert into nonce (key_id, nonce, expires_at) values (${keyId}, ${nonce}, ${expiresAt})
  on conflict (key_id, nonce) do nothing`;

export async function isNonceUsed(
  connection: Connection,
  nonce: { readonly keyId: string; readonly nonce: string },
): Promise<boolean> {
  const row = await connection
    .selectFrom('nonce')
    .select('nonce')
    .where('key_id', '=', nonce.keyId)
    .where('nonce', '=', nonce.nonce)
    .executeTakeFirst();
  return row !== undefined;
}

/** What was answered to a request, so that its retry gets the same. */
export interface RememberedAnswer {
  readonly keyId: string;
  readonly idempotencyKey: string;
  /** Over method, target and body. */
  readonly requestDigest: string;
  /** JSON text. */
  readonly answer: string;
  readonly expiresAt: number;
}

export async function recallAnswer(
  connection: Connection,
  request: { readonly keyId: string; readonly idempotencyKey: string },
): Promise<Recalled | undefined> {
  const { rows } = await sql<{ readonly digest: string; readonly answer: string }>`
    select request_digest as digest, answer from idempotency
    where key_id = ${request.keyId} and idempotency_key = ${request.idempotencyKey}`.execute(connection);
  return recalled(rows[0]);
}

export type Recalled = Pick<RememberedAnswer, 'requestDigest' | 'answer'>;

/**
 * Uses up the nonce of a request that changes something, and gives what was answered before under its key: one question
 * where the database is not in this process.
 */
export async function receiveRequest(
  connection: Connection,
  request: UsedNonce & { readonly idempotencyKey: string },
): Promise<{ readonly isNonceNew: boolean; readonly remembered: Recalled | undefined }> {
  if (!canInsertWithin(connection)) {
    const isNonceNew = await consumeNonce(connection, request);
    return { isNonceNew, remembered: await recallAnswer(connection, request) };
  }
  const { keyId, idempotencyKey } = request;
  const { rows } = await sql<{
    readonly consumed: string | null;
    readonly digest: string | null;
    readonly answer: string | null;
  }>`
    with consumed as (${insertNonce(request)} returning nonce)
    select (select nonce from consumed) as consumed, remembered.request_digest as digest, remembered.answer
    from (select 1) as one left join idempotency as remembered
      on remembered.key_id = ${keyId} and remembered.idempotency_key = ${idempotencyKey}`.execute(connection);
  const [row] = rows;
  return { isNonceNew: row !== undefined && row.consumed !== null, remembered: recalled(row) };
}

/** PostgreSQL's `with`; SQLite has it for reading alone. */
function canInsertWithin(connection: Connection): boolean {
  return !(connection.getExecutor().adapter instanceof SqliteAdapter);
}

function recalled(
  row: { readonly digest: string | null; readonly answer: string | null } | undefined,
): Recalled | undefined {
  const { digest = null, answer = null } = row ?? {};
  return digest === null || answer === null ? undefined : { requestDigest: digest, answer };
}

/** False where a parallel request with the same key was first; the caller rolls back and recalls. */
export async function rememberAnswer(connection: Connection, remembered: RememberedAnswer): Promise<boolean> {
  const { keyId, idempotencyKey, requestDigest, answer, expiresAt } = remembered;
  // Not by catching the violation: in PostgreSQL that would end the transaction.
  const { numAffectedRows } = await sql`
    insert into idempotency (key_id, idempotency_key, request_digest, answer, expires_at)
    values (${keyId}, ${idempotencyKey}, ${requestDigest}, ${answer}, ${expiresAt})
    on conflict (key_id, idempotency_key) do nothing`.execute(connection);
  return numAffectedRows === 1n;
}

/** Forgets nonces that no signature window reaches any more, and answers nobody will ask for again. */
export async function forgetExpired(connection: Connection, now: number): Promise<void> {
  await connection.deleteFrom('nonce').where('expires_at', '<', now).execute();
  await connection.deleteFrom('idempotency').where('expires_at', '<', now).execute();
}
