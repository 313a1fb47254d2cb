import * as z from 'zod';
import { certificateStates, type CertificateState } from '#shared/contract/gateway-contract.ts';
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
  await mark(connection, registration, ['valid', 'suspended', 'superseded'], 'revoked');
}

export async function markSuspended(connection: Connection, registration: string): Promise<void> {
  await mark(connection, registration, ['valid'], 'suspended');
}

export async function markReinstated(connection: Connection, registration: string): Promise<void> {
  await mark(connection, registration, ['suspended'], 'valid');
}

/** What a newer certificate of the same device has taken the place of. */
export async function markSuperseded(
  connection: Connection,
  newest: Pick<StoredCertificate, 'jti' | 'registration' | 'device'>,
): Promise<void> {
  await connection
    .updateTable('certificate')
    .set({ status: 'superseded' })
    .where('registration', '=', newest.registration)
    .where('device', '=', newest.device)
    .where('jti', '<>', newest.jti)
    .where('status', '=', 'valid')
    .execute();
}

export interface CertificateRecord {
  readonly jti: string;
  readonly device: string;
  readonly status: CertificateState;
  readonly issued_at: number;
  readonly expires_at: number;
}

const recordSchema = z.object({
  jti: z.string(),
  device: z.string(),
  status: z.enum(certificateStates),
  // bigint comes back as text from PostgreSQL.
  issued_at: z.coerce.number(),
  expires_at: z.coerce.number(),
});

/** The newest first. */
export async function certificatesOf(
  connection: Connection,
  registration: string,
): Promise<readonly CertificateRecord[]> {
  const rows = await connection
    .selectFrom('certificate')
    .select(['jti', 'device', 'status', 'issued_at', 'expires_at'])
    .where('registration', '=', registration)
    .orderBy('issued_at', 'desc')
    .orderBy('jti')
    .execute();
  return rows.map((row) => recordSchema.parse(row));
}

async function mark(
  connection: Connection,
  registration: string,
  from: readonly CertificateState[],
  to: CertificateState,
): Promise<void> {
  await connection
    .updateTable('certificate')
    .set({ status: to })
    .where('registration', '=', registration)
    .where('status', 'in', [...from])
    .execute();
}
