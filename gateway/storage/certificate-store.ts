import type { Connection } from './database.ts';

/** The gateway's memory of what the issuer has signed; the issuer keeps its own, which decides. */
export interface StoredCertificate {
  readonly jti: string;
  readonly registration: string;
  readonly device: string;
  readonly statusIndex: number;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** False where it is there already: the issuer gives a young certificate again. */
export async function insertCertificate(
  connection: Connection,
  certificate: StoredCertificate,
): Promise<boolean> {
  const result = await connection
    .insertInto('certificate')
    .values({
      jti: certificate.jti,
      registration: certificate.registration,
      device: certificate.device,
      status_index: certificate.statusIndex,
      status: 'valid',
      issued_at: certificate.issuedAt,
      expires_at: certificate.expiresAt,
    })
    .onConflict((conflict) => conflict.column('jti').doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function markRevoked(connection: Connection, registration: string): Promise<void> {
  await connection
    .updateTable('certificate')
    .set({ status: 'revoked' })
    .where('registration', '=', registration)
    .execute();
}
