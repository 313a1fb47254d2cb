import type { CaseView, RegistrationSummary, RegistrationView } from '#shared/contract/gateway-contract.ts';
import { amendmentsOf } from '../storage/amendment-store.ts';
import { auditEntriesOf } from '../storage/audit-store.ts';
import { certificatesOf } from '../storage/certificate-store.ts';
import type { Connection } from '../storage/database.ts';
import { documentsOf } from '../storage/document-store.ts';
import { messagesOf } from '../storage/message-store.ts';
import {
  devicesOf,
  findRegistration,
  listRegistrations,
  type StoredRegistration,
} from '../storage/registration-store.ts';
import type { ProfileShelf } from '../profile/profile-shelf.ts';
import { judgeCase } from './judge.ts';
import { caseError } from './problem.ts';
import { caseView, registrationSummary, registrationView } from './view.ts';

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

/** What its registrant sees of it. */
export async function viewOf(
  connection: Connection,
  registration: StoredRegistration,
): Promise<RegistrationView> {
  const { id } = registration;
  return registrationView(registration, {
    amendedBy: (await amendmentsOf(connection, [id])).get(id),
    thread: await messagesOf(connection, id),
    documents: await documentsOf(connection, id),
  });
}

/** Every case, newest first, for reviewers. */
export async function listCases(connection: Connection): Promise<{ cases: RegistrationSummary[] }> {
  return { cases: await summariesOf(connection, await listRegistrations(connection)) };
}

export async function summariesOf(
  connection: Connection,
  registrations: readonly StoredRegistration[],
): Promise<RegistrationSummary[]> {
  const ids = registrations.map(({ id }) => id);
  const amendments = await amendmentsOf(connection, ids);
  return registrations.map((stored) => registrationSummary(stored, amendments.get(stored.id)));
}

/** One case in full, for reviewers. */
export async function showCase(
  connection: Connection,
  { id, profiles }: { readonly id: string; readonly profiles: ProfileShelf },
): Promise<CaseView> {
  const registration = await findRegistration(connection, id);
  if (registration === undefined) throw caseError('registration_unknown');
  const view = await viewOf(connection, registration);
  return caseView(registration, {
    view,
    judgement: judgeCase(profiles, view),
    devices: await devicesOf(connection, id),
    certificates: await certificatesOf(connection, id),
    entries: await auditEntriesOf(connection, id),
  });
}
