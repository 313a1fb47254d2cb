import type { CaseView, RegistrationSummary, RegistrationView } from '#shared/contract/gateway-contract.ts';
import type { StoredAuditEntry } from '../storage/audit-store.ts';
import type { StoredDevice, StoredRegistration } from '../storage/registration-store.ts';

/** What the registrant sees of a registration. */
export function registrationView(stored: StoredRegistration): RegistrationView {
  return { ...registrationSummary(stored), fields: stored.fields, thread: [], documents: [] };
}

/** A registration in a list. */
export function registrationSummary(stored: StoredRegistration): RegistrationSummary {
  return {
    id: stored.id,
    state: stored.state,
    profile: stored.profile,
    route: stored.route,
    category: stored.category,
    endpoints: stored.endpoints,
    note: stored.note,
    submitted_at: stored.submitted_at,
    changed_at: stored.changed_at,
    amends: null,
    amended_by: null,
  };
}

/** What a reviewer sees of it. */
export function caseView(
  stored: StoredRegistration,
  devices: readonly StoredDevice[],
  entries: readonly StoredAuditEntry[],
): CaseView {
  return {
    ...registrationView(stored),
    certificates: [],
    devices: devices.map(({ thumbprint }) => thumbprint),
    consent: stored.consent,
    audit: entries.map(({ registration: _registration, ...entry }) => entry),
  };
}
