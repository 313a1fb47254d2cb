import { insertCertificate, markSuperseded, type StoredCertificate } from '../storage/certificate-store.ts';
import type { Connection } from '../storage/database.ts';
import { changeState, type StoredRegistration } from '../storage/registration-store.ts';
import { endAmended } from './amend.ts';
import { recordAudit } from './audit-log.ts';
import { ownRegistration } from './follow.ts';
import { caseError } from './problem.ts';
import { nextState } from './transition.ts';

/** The registration with the reviewer's statement on which a device may be given a certificate. */
export async function attestedRegistration(
  connection: Connection,
  options: { readonly id: string; readonly device: string },
): Promise<AttestedRegistration> {
  return attested(await ownRegistration(connection, options));
}

type AttestedRegistration = StoredRegistration & { readonly statement: string };

/**
 * Notes what the issuer has signed, in the caller's transaction, and ends what the registration amends. Refused where
 * the case was decided otherwise since `attestedRegistration`.
 */
export async function noteCertificate(connection: Connection, certificate: StoredCertificate): Promise<void> {
  const { registration: id, device, issuedAt } = certificate;
  const registration = attested(await ownRegistration(connection, { id, device }));
  const { state, changed_at: at } = registration;
  // What is amended before its amendment, here as everywhere: two transactions never wait for each other.
  await endAmended(connection, { registration, now: issuedAt });
  // Holds the registration to the end of the transaction: a revocation comes before this or after it.
  if (!(await changeState(connection, { id, from: state, to: state, at }))) throw caseError('not_attested');
  await recordCertificate(connection, certificate);
}

function attested(registration: StoredRegistration): AttestedRegistration {
  const { state, statement } = registration;
  const isGiven = nextState('certificate', state, 'device') !== undefined;
  if (!isGiven || statement === null) throw caseError('not_attested', state);
  return { ...registration, statement };
}

async function recordCertificate(connection: Connection, certificate: StoredCertificate): Promise<void> {
  if (!(await insertCertificate(connection, certificate))) return;
  await markSuperseded(connection, certificate);
  await recordAudit(connection, {
    registration: certificate.registration,
    at: certificate.issuedAt,
    actor: `device:${certificate.device}`,
    action: 'certificate',
    content: { jti: certificate.jti, index: certificate.statusIndex, expires_at: certificate.expiresAt },
  });
}
