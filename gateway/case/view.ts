import type { CaseView, RegistrationView } from '#shared/contract/gateway-contract.ts';
import type { StoredAuditEntry } from '../storage/audit-store.ts';
import type { StoredDevice, StoredRegistration } from '../storage/registration-store.ts';

/** What the registrant sees of a registration. */
export function registrationView(stored: StoredRegistration): RegistrationView {
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
    fields: stored.fields,
    devices: devices.map(({ thumbprint }) => thumbprint),
    consent: stored.consent,
    audit: entries.map(({ registration: _registration, ...entry }) => entry),
  };
}
