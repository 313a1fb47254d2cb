import type { CaseView, RegistrationSummary } from '#shared/contract/gateway-contract.ts';
import { auditEntriesOf } from '../storage/audit-store.ts';
import type { Connection } from '../storage/database.ts';
import {
  devicesOf,
  findRegistration,
  listRegistrations,
  type StoredRegistration,
} from '../storage/registration-store.ts';
import { caseError } from './problem.ts';
import { caseView, registrationSummary } from './view.ts';

/**
 * A device's own registration. Somebody else's is answered like one that does not exist: who is registered is
 * nobody's business.
 */
export async function ownRegistration(
  connection: Connection,
  options: { readonly id: string; readonly device: string },
): Promise<StoredRegistration> {
  const registration = await findRegistration(connection, options.id);
  const devices = await devicesOf(connection, options.id);
  const isOwn = devices.some(({ thumbprint }) => thumbprint === options.device);
  if (registration === undefined || !isOwn) throw caseError('registration_unknown');
  return registration;
}

/** Every case, newest first, for reviewers. */
export async function listCases(connection: Connection): Promise<{ cases: RegistrationSummary[] }> {
  const registrations = await listRegistrations(connection);
  return { cases: registrations.map(registrationSummary) };
}

/** One case in full, for reviewers. */
export async function showCase(connection: Connection, id: string): Promise<CaseView> {
  const registration = await findRegistration(connection, id);
  if (registration === undefined) throw caseError('registration_unknown');
  return caseView(registration, await devicesOf(connection, id), await auditEntriesOf(connection, id));
}
