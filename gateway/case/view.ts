import type {
  CaseView,
  DocumentView,
  RegistrationMessage,
  RegistrationSummary,
  RegistrationView,
} from '#shared/contract/gateway-contract.ts';
import type { StoredAuditEntry } from '../storage/audit-store.ts';
import type { CertificateRecord } from '../storage/certificate-store.ts';
import type { StoredDocument } from '../storage/document-store.ts';
import type { StoredDevice, StoredRegistration } from '../storage/registration-store.ts';

/** What the registrant sees of a registration. */
export function registrationView(
  stored: StoredRegistration,
  beside: {
    readonly amendedBy: string | undefined;
    readonly thread: readonly RegistrationMessage[];
    readonly documents: readonly StoredDocument[];
  },
): RegistrationView {
  return {
    ...registrationSummary(stored, beside.amendedBy),
    fields: stored.fields,
    thread: [...beside.thread],
    documents: beside.documents.map(documentView),
  };
}

/** A registration in a list. */
export function registrationSummary(
  stored: StoredRegistration,
  amendedBy: string | undefined,
): RegistrationSummary {
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
    amends: stored.amends,
    amended_by: amendedBy ?? null,
  };
}

/** A document without where and under which key it is kept. */
export function documentView(stored: StoredDocument): DocumentView {
  const { id, kind, content_type, size, sha256, added_at } = stored;
  return { id, kind, content_type, size, sha256, added_at };
}

/** What a reviewer sees of a registration. */
export function caseView(
  stored: StoredRegistration,
  beside: {
    readonly view: RegistrationView;
    readonly judgement: Pick<CaseView, 'completeness' | 'missing_documents' | 'remarks'>;
    readonly devices: readonly StoredDevice[];
    readonly certificates: readonly CertificateRecord[];
    readonly entries: readonly StoredAuditEntry[];
  },
): CaseView {
  return {
    ...beside.view,
    ...beside.judgement,
    devices: beside.devices.map(({ thumbprint }) => thumbprint),
    consent: stored.consent,
    certificates: [...beside.certificates],
    audit: beside.entries.map(({ registration: _registration, ...entry }) => entry),
  };
}
