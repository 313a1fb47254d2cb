import type { Connection } from './database.ts';

/** False where the nonce was used before with this key. */
export async function consumeNonce(
  connection: Connection,
  nonce: { readonly keyId: string; readonly nonce: string; readonly expiresAt: number },
): Promise<boolean> {
  const result = await connection
    .insertInto('nonce')
    .values({ key_id: nonce.keyId, nonce: nonce.nonce, expires_at: nonce.expiresAt })
    .onConflict((conflict) => conflict.columns(['key_id', 'nonce']).doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

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
): Promise<{ readonly requestDigest: string; readonly answer: string } | undefined> {
  const row = await connection
    .selectFrom('idempotency')
    .select(['request_digest', 'answer'])
    .where('key_id', '=', request.keyId)
    .where('idempotency_key', '=', request.idempotencyKey)
    .executeTakeFirst();
  return row === undefined ? undefined : { requestDigest: row.request_digest, answer: row.answer };
}

/** Both of the above in one question, for requests that change something: most of what is asked of the database is asked then. */
export async function recallRequest(
  connection: Connection,
  request: { readonly keyId: string; readonly nonce: string; readonly idempotencyKey: string },
): Promise<{
  readonly isNonceUsed: boolean;
  readonly remembered: { readonly requestDigest: string; readonly answer: string } | undefined;
}> {
  const { keyId, nonce, idempotencyKey } = request;
  const row = await connection
    .selectNoFrom((from) => {
      const remembered = from
        .selectFrom('idempotency')
        .where('key_id', '=', keyId)
        .where('idempotency_key', '=', idempotencyKey);
      const used = from.selectFrom('nonce').where('key_id', '=', keyId).where('nonce', '=', nonce);
      return [
        used.select('nonce').as('used'),
        remembered.select('request_digest').as('digest'),
        remembered.select('answer').as('answer'),
      ];
    })
    .executeTakeFirstOrThrow();
  const { used, digest, answer } = row;
  const isThere = digest !== null && answer !== null;
  return {
    isNonceUsed: used !== null,
    remembered: isThere ? { requestDigest: digest, answer } : undefined,
  };
}

/** False where a parallel request with the same key was first; the caller rolls back and recalls. */
export async function rememberAnswer(connection: Connection, remembered: RememberedAnswer): Promise<boolean> {
  const result = await connection
    .insertInto('idempotency')
    .values({
      key_id: remembered.keyId,
      idempotency_key: remembered.idempotencyKey,
      request_digest: remembered.requestDigest,
      answer: remembered.answer,
      expires_at: remembered.expiresAt,
    })
    // Not by catching the violation: in PostgreSQL that would end the transaction.
    .onConflict((conflict) => conflict.columns(['key_id', 'idempotency_key']).doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** Forgets nonces that no signature window reaches any more, and answers nobody will ask for again. */
export async function forgetExpired(connection: Connection, now: number): Promise<void> {
  await connection.deleteFrom('nonce').where('expires_at', '<', now).execute();
  await connection.deleteFrom('idempotency').where('expires_at', '<', now).execute();
}
