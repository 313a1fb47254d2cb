import type { RegistrationSummary, RegistrationView } from '#shared/contract/gateway-contract.ts';
import { auditEntriesAfter } from '../storage/audit-store.ts';
import type { Connection } from '../storage/database.ts';
import { findRegistration, findRegistrations } from '../storage/registration-store.ts';
import { summariesOf, viewOf } from './follow.ts';

export interface RegistrationChange {
  /** Place in the registration's history. */
  readonly sequence: number;
  readonly change: {
    readonly action: string;
    readonly at: number;
    readonly registration: RegistrationView;
  };
}

/** Everything that happened to a registration after this place in its history, each with how it stands by now. */
export async function changesAfter(
  connection: Connection,
  of: { readonly id: string; readonly sequence: number },
): Promise<readonly RegistrationChange[]> {
  const entries = await auditEntriesAfter(connection, { registration: of.id, sequence: of.sequence });
  const stored = entries.length === 0 ? undefined : await findRegistration(connection, of.id);
  if (stored === undefined) return [];
  const registration = await viewOf(connection, stored);
  return entries.map(({ sequence, action, at }) => ({ sequence, change: { action, at, registration } }));
}

/** How these cases stand by now. */
export async function summariesFor(
  connection: Connection,
  ids: readonly string[],
): Promise<readonly RegistrationSummary[]> {
  return await summariesOf(connection, await findRegistrations(connection, ids));
}
