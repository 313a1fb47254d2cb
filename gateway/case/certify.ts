import { insertCertificate, type StoredCertificate } from '../storage/certificate-store.ts';
import type { Connection } from '../storage/database.ts';
import { recordAudit } from './audit-log.ts';
import { ownRegistration } from './follow.ts';
import { caseError } from './problem.ts';

/** The reviewer's statement on which a device may be given a certificate. */
export async function statementFor(
  connection: Connection,
  options: { readonly id: string; readonly device: string },
): Promise<string> {
  const registration = await ownRegistration(connection, options);
  if (registration.state !== 'attested' || registration.statement === null) {
    throw caseError('not_attested', registration.state);
  }
  return registration.statement;
}

/** Notes what the issuer has signed, once, in the caller's transaction. */
export async function recordCertificate(
  connection: Connection,
  certificate: StoredCertificate,
): Promise<void> {
  if (!(await insertCertificate(connection, certificate))) return;
  await recordAudit(connection, {
    registration: certificate.registration,
    at: certificate.issuedAt,
    actor: `device:${certificate.device}`,
    action: 'certificate',
    content: { jti: certificate.jti, index: certificate.statusIndex, expires_at: certificate.expiresAt },
  });
}
