import * as z from 'zod';

/** What registrants, gateways and reviewers tell each other: the schemas behind the rows of gateway-contract.ts. */
/** Documents: each is checked by its content, whatever its name or announced type. */
export const documentContentTypes = ['application/pdf', 'image/jpeg', 'image/png'] as const;
export type DocumentContentType = (typeof documentContentTypes)[number];
export const MAX_DOCUMENT_BYTES = 5 * 1024 * 1024;
export const MAX_DOCUMENTS = 12;
/** All documents of one registration together. */
export const MAX_DOCUMENTS_BYTES = 30 * 1024 * 1024;

/** A document may be sent in parts, each taken for good: of this size, the last one excepted. */
export const MIN_PART_BYTES = 16 * 1024;
export const MAX_PART_BYTES = 256 * 1024;
/** What was not sent to its end by then is forgotten. */
export const UPLOAD_SECONDS = 7 * 86_400;

export const registrationStates = [
  'draft',
  'submitted',
  'filed_with_authority',
  'verifying',
  'needs_information',
  'attested',
  'rejected',
  'withdrawn',
  'suspended',
  'revoked',
  'ended',
] as const;
export type RegistrationState = (typeof registrationStates)[number];

export const epochSeconds = z.int().min(0);
const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/);
const thumbprint = base64url.length(43);

export const devicePublicJwkSchema = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: base64url.length(43),
});

/** A WireGuard peer as a certificate lists it. host: A-label name, IPv4, or RFC 5952 IPv6 without brackets. */
export const endpointSchema = z.strictObject({
  public_key: z.string().length(44),
  host: z.string().min(1).max(255),
  port: z.int().min(1).max(65_535),
});

/** What the authority decided, as a certificate tells it. No personal data. */
export const decisionSchema = z.strictObject({
  authority: z.string().min(1).max(64),
  profile: z.string().min(1).max(64),
  route: z.string().min(1).max(32),
  category: z.string().min(1).max(64),
  decided_at: epochSeconds,
  /** Only if the authority published one. */
  valid_until: epochSeconds.optional(),
});

/** What the registrant's case says. `fields` is judged by the profile. */
export const submissionSchema = z.strictObject({
  profile: z.string().min(1).max(64),
  route: z.string().min(1).max(32),
  category: z.string().min(1).max(64),
  fields: z.record(z.string().max(64), z.string().max(2000)),
  endpoints: z.array(endpointSchema).min(1).max(8),
  device: devicePublicJwkSchema,
  consent: z.strictObject({ text: z.string().min(1).max(4000), given_at: epochSeconds }),
});

/** A registration in a list, bounded as submissions are: no personal data but what an endpoint's name may tell. */
export const registrationSummarySchema = z.object({
  id: z.uuid(),
  state: z.enum(registrationStates),
  profile: z.string().max(64),
  route: z.string().max(32),
  category: z.string().max(64),
  endpoints: z.array(endpointSchema).max(8),
  /** Why it was rejected, suspended, revoked or needs information; the reviewer's words. */
  note: z.string().nullable(),
  submitted_at: epochSeconds,
  changed_at: epochSeconds,
  /** The registration that this one is to take the place of. */
  amends: z.uuid().nullable().default(null),
  /** The amendment of this one that is under way, or has taken its place. */
  amended_by: z.uuid().nullable().default(null),
});

/** One of the questions and answers of a case, oldest first; both sides see the same. */
export const messageSchema = z.object({
  sequence: z.int(),
  at: epochSeconds,
  from: z.enum(['registrant', 'reviewer']),
  text: z.string(),
});

/** The profile says which kinds there are: letter, tax, ... */
export const documentKindSchema = z.string().regex(/^[a-z][a-z0-9_]{0,31}$/);

/** A document without its content. */
export const documentSchema = z.object({
  id: z.uuid(),
  kind: documentKindSchema,
  content_type: z.enum(documentContentTypes),
  /** Bytes. */
  size: z.int().min(1),
  /** Of the content, base64url. */
  sha256: base64url.length(43),
  added_at: epochSeconds,
});

/** A document that is going to be sent in parts. The same again is the same upload. */
export const uploadBeginSchema = z.strictObject({
  kind: documentKindSchema,
  content_type: z.enum(documentContentTypes),
  /** Bytes. */
  size: z.int().min(1).max(MAX_DOCUMENT_BYTES),
  /** Of the whole content, base64url. */
  sha256: base64url.length(43),
});
export type UploadBegin = z.infer<typeof uploadBeginSchema>;

export const uploadSchema = z.object({
  id: z.uuid(),
  /** How many bytes the gateway has: where the next part begins. */
  received: z.int().min(0),
  size: z.int().min(1),
  expires_at: epochSeconds,
});
export type UploadView = z.infer<typeof uploadSchema>;

/** What the registrant sees: everything that the gateway keeps about the case, but the documents' content. */
export const registrationViewSchema = registrationSummarySchema.extend({
  fields: z.record(z.string().max(64), z.string().max(2000)).default({}),
  thread: z.array(messageSchema).default([]),
  documents: z.array(documentSchema).default([]),
});

/** What is asked of a registrant is answered with words, with corrected fields, or with both. */
export const answerSchema = z.strictObject({
  text: z.string().min(1).max(2000),
  /** Take the place of the fields with the same names; an empty text takes a field away. */
  fields: z.record(z.string().max(64), z.string().max(2000)).default({}),
});

export const WITHDRAWAL_TYPE = 'sanad-withdrawal+jwt';
/**
 * What a device signs to withdraw (compact JWS, typ `sanad-withdrawal+jwt`, Ed25519, the header's `jwk` its
 * public key, nothing else in the header). The issuer believes it, and not the gateway, that a registration ends.
 */
export const withdrawalSchema = z.strictObject({
  ver: z.literal(1),
  /** The gateway's origin. */
  iss: z.string(),
  /** The registration. */
  sub: z.uuid(),
  iat: epochSeconds,
});
export type Withdrawal = z.infer<typeof withdrawalSchema>;

export const auditEntrySchema = z.object({
  sequence: z.int(),
  at: epochSeconds,
  actor: z.string(),
  action: z.string(),
  commitment: z.string(),
  previous: z.string(),
  hash: z.string(),
});

/**
 * A certificate's life as the gateway knows it. superseded: a newer one of the same device has taken its place;
 * the list says revoked a day later.
 */
export const certificateStates = ['valid', 'suspended', 'superseded', 'revoked'] as const;

export const caseViewSchema = registrationViewSchema.extend({
  devices: z.array(thumbprint),
  consent: z.object({ text: z.string(), given_at: epochSeconds }),
  certificates: z
    .array(
      z.object({
        jti: z.string(),
        device: thumbprint,
        status: z.enum(certificateStates),
        issued_at: epochSeconds,
        expires_at: epochSeconds,
      }),
    )
    .default([]),
  audit: z.array(auditEntrySchema),
  /** Of what the profile requires, in whole percent, documents included; null: the gateway has not this profile. */
  completeness: z.int().min(0).max(100).nullable().default(null),
  /** Required and not there, by kind; of documents of which one is enough their group's name. */
  missing_documents: z.array(z.string()).default([]),
  /** What is odd, and the fee where there is one, for the reviewer to look at. */
  remarks: z.array(z.object({ field: z.string(), text: z.string() })).default([]),
});

/** What reviewers do, each by a signed statement; gateway/case/transition.ts says from which state to which. */
export const reviewerActions = [
  /** States to have seen the authority's decision. */
  'attest',
  /** The authority refused. */
  'reject',
  /** Ends an attested registration, for good. */
  'revoke',
  /** The application was filed with the authority. */
  'file',
  /** The internet provider verifies. */
  'verify',
  /** Asks the registrant; `note` is the question. */
  'ask',
  /** Until it is reinstated, certificates are suspended and none is given. */
  'suspend',
  'reinstate',
  /** A new attestation in the place of the former, as after the authority's renewed decision. */
  'renew',
] as const;
export type ReviewerAction = (typeof reviewerActions)[number];

/** What a reviewer signs (compact JWS, typ `sanad-attestation+jwt`, Ed25519, kid = thumbprint of the reviewer). */
export const attestationSchema = z.strictObject({
  ver: z.literal(1),
  /** The gateway's origin. */
  iss: z.string(),
  /** The registration. */
  sub: z.uuid(),
  iat: epochSeconds,
  action: z.enum(reviewerActions),
  /** attest and renew only: what exactly is attested, repeated so that the issuer need not trust the gateway's database. */
  endpoints: z.array(endpointSchema).max(8).optional(),
  devices: z.array(thumbprint).max(64).optional(),
  decision: decisionSchema.optional(),
  assurance: z.enum(['attested', 'exempt', 'provisional']).optional(),
  /**
   * attest and renew of an amendment: the registration that ends, at the issuer too, when the first certificate of
   * this one is fetched.
   */
  amends: z.uuid().optional(),
  /** reject, revoke, suspend: why. ask: the question. file, verify: a remark. */
  note: z.string().max(2000).optional(),
});
export type Attestation = z.infer<typeof attestationSchema>;

export const problemDocumentSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  next_action: z.string(),
  server_time: epochSeconds,
});

/** The trust anchor as the gateway offers it and as it is installed in /etc/sanad/anchor.d. */
export const anchorSchema = z.strictObject({
  ver: z.literal(1),
  /** Also the file's name. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  /** The gateway's public origin; `iss` of everything it signs. https, or http on loopback. */
  origin: z.url().max(255),
  /** Other origins that serve status lists. */
  status_origins: z.array(z.url().max(255)).max(4),
  root_keys: z.array(devicePublicJwkSchema).min(1).max(4),
  operator: z.strictObject({
    legal_name: z.string().min(1).max(200),
    contact: z.string().min(1).max(200),
    retention: z.string().min(1).max(500),
  }),
  /** PEM of the certificate authority behind the gateway's TLS, where it is not a public one. */
  tls_ca: z.string().max(16_384).optional(),
});
export type Anchor = z.infer<typeof anchorSchema>;

export type Submission = z.infer<typeof submissionSchema>;
export type RegistrationSummary = z.infer<typeof registrationSummarySchema>;
export type RegistrationMessage = z.infer<typeof messageSchema>;
export type DocumentView = z.infer<typeof documentSchema>;
export type RegistrationView = z.infer<typeof registrationViewSchema>;
export type CertificateState = (typeof certificateStates)[number];
export type CaseView = z.infer<typeof caseViewSchema>;
export type ProblemDocument = z.infer<typeof problemDocumentSchema>;
export type EndpointClaim = z.infer<typeof endpointSchema>;
export type DecisionClaim = z.infer<typeof decisionSchema>;
