/**
 * The gateway's tables as Kysely sees them. Only types of the portable subset: text, integer, bigint (seconds
 * since the epoch). JSON is kept as text; the stores beside this file parse and print it.
 */
export interface Tables {
  registration: RegistrationTable;
  device: DeviceTable;
  nonce: NonceTable;
  idempotency: IdempotencyTable;
  audit_entry: AuditEntryTable;
  audit_content: AuditContentTable;
  certificate: CertificateTable;
  open_amendment: OpenAmendmentTable;
  message: MessageTable;
  document_key: DocumentKeyTable;
  document: DocumentTable;
  upload: UploadTable;
  upload_part: UploadPartTable;
  checkpoint: CheckpointTable;
  checkpoint_head: CheckpointHeadTable;
}

interface RegistrationTable {
  id: string;
  state: string;
  profile: string;
  route: string;
  category: string;
  fields: string;
  endpoints: string;
  consent: string;
  note: string | null;
  /** The reviewer's signed attestation, the only thing that moves the issuer. */
  statement: string | null;
  submitted_at: number;
  changed_at: number;
  amends: string | null;
}

interface DeviceTable {
  registration: string;
  thumbprint: string;
  /** The public key's `x`. */
  x: string;
  added_at: number;
}

interface NonceTable {
  key_id: string;
  nonce: string;
  expires_at: number;
}

interface IdempotencyTable {
  key_id: string;
  idempotency_key: string;
  request_digest: string;
  answer: string;
  expires_at: number;
}

interface AuditEntryTable {
  registration: string;
  sequence: number;
  at: number;
  actor: string;
  action: string;
  commitment: string;
  previous: string;
  hash: string;
}

/** What an entry commits to. Deleting a row here deletes the content and leaves the chain verifiable. */
interface AuditContentTable {
  registration: string;
  sequence: number;
  salt: string;
  content: string;
}

interface CertificateTable {
  jti: string;
  registration: string;
  device: string;
  status_index: number;
  status: string;
  issued_at: number;
  expires_at: number;
}

/** Amendments that have neither taken the place of what they amend nor come to nothing. */
interface OpenAmendmentTable {
  amends: string;
  registration: string;
}

interface MessageTable {
  registration: string;
  sequence: number;
  at: number;
  author: string;
  text: string;
}

/** The key of a registration's documents, wrapped by the master key: base64. */
interface DocumentKeyTable {
  registration: string;
  wrapped: string;
}

interface DocumentTable {
  id: string;
  registration: string;
  kind: string;
  content_type: string;
  size: number;
  sha256: string;
  /** Its name in the folder of documents. */
  file: string;
  /** Its own key, wrapped by the registration's: base64. Without it the file is noise, in backups too. */
  wrapped_key: string;
  added_at: number;
}

/** A document on its way in parts. */
interface UploadTable {
  id: string;
  registration: string;
  kind: string;
  content_type: string;
  size: number;
  sha256: string;
  /** Bytes; every part moves it on from where it was, so that of two at one place one comes first. */
  received: number;
  expires_at: number;
}

interface UploadPartTable {
  upload: string;
  /** Where in the document it begins. */
  start: number;
  /** Sealed, in the folder of documents; its key is wrapped by the registration's. */
  file: string;
  wrapped_key: string;
}

interface CheckpointTable {
  number: number;
  root: string | null;
  /** As signed; null until it is. */
  text: string | null;
  made_at: number;
}

/** What the last checkpoint's root is made of. */
interface CheckpointHeadTable {
  registration: string;
  sequence: number;
  hash: string;
}
