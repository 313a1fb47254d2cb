import * as z from 'zod';

/**
 * The gateway's HTTP interface, one row a route. Errors are RFC 9457 problems (application/problem+json) with
 * `code`, `detail` (the reason), `next_action` and `server_time` (seconds since the epoch).
 *
 * Signed requests: RFC 9421, label `sanad`, algorithm ed25519, covering "@method", "@target-uri" (on the
 * gateway's configured public origin, never the Host header) and, where there is a body, "content-type",
 * "content-digest" and "idempotency-key"; parameters created, keyid (RFC 7638 thumbprint, base64url, of the
 * signing key), alg="ed25519", nonce (16 random bytes, base64url), tag="sanad-v1". created may differ from the
 * server's clock by 300 s. A nonce is used once per key.
 */
export const SIGNATURE_TAG = 'sanad-v1';
export const SIGNATURE_LABEL = 'sanad';
export const SIGNATURE_WINDOW_SECONDS = 300;
export const MAX_BODY_BYTES = 64 * 1024;

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

const epochSeconds = z.int().min(0);
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

/** What the registrant's case says. `fields` is checked by the profile behind `evaluateProfile`. */
export const submissionSchema = z.strictObject({
  profile: z.string().min(1).max(64),
  route: z.string().min(1).max(32),
  category: z.string().min(1).max(64),
  fields: z.record(z.string().max(64), z.string().max(2000)),
  endpoints: z.array(endpointSchema).min(1).max(8),
  device: devicePublicJwkSchema,
  consent: z.strictObject({ text: z.string().min(1).max(4000), given_at: epochSeconds }),
});

export const registrationViewSchema = z.object({
  id: z.uuid(),
  state: z.enum(registrationStates),
  profile: z.string(),
  route: z.string(),
  category: z.string(),
  endpoints: z.array(endpointSchema),
  /** Why it was rejected, revoked or needs information; the reviewer's words. */
  note: z.string().nullable(),
  submitted_at: epochSeconds,
  changed_at: epochSeconds,
});

export const auditEntrySchema = z.object({
  sequence: z.int(),
  at: epochSeconds,
  actor: z.string(),
  action: z.string(),
  commitment: z.string(),
  previous: z.string(),
  hash: z.string(),
});

export const caseViewSchema = registrationViewSchema.extend({
  fields: z.record(z.string(), z.string()),
  devices: z.array(thumbprint),
  consent: z.object({ text: z.string(), given_at: epochSeconds }),
  audit: z.array(auditEntrySchema),
});

/** What a reviewer signs (compact JWS, typ `sanad-attestation+jwt`, Ed25519, kid = thumbprint of the reviewer). */
export const attestationSchema = z.strictObject({
  ver: z.literal(1),
  /** The gateway's origin. */
  iss: z.string(),
  /** The registration. */
  sub: z.uuid(),
  iat: epochSeconds,
  action: z.enum(['attest', 'reject', 'revoke']),
  /** attest only: what exactly is attested, repeated so that the issuer need not trust the gateway's database. */
  endpoints: z.array(endpointSchema).max(8).optional(),
  devices: z.array(thumbprint).max(64).optional(),
  decision: decisionSchema.optional(),
  assurance: z.enum(['attested', 'exempt', 'provisional']).optional(),
  /** reject and revoke: why. */
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

export type SignedBy = 'nobody' | 'device' | 'reviewer';
interface RouteRow {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly signedBy: SignedBy;
  readonly body: z.ZodType | null;
  /** null: not JSON but a compact JWS as text. */
  readonly answer: z.ZodType | null;
}

export const gatewayRoutes = {
  health: {
    method: 'GET',
    path: '/v1/health',
    signedBy: 'nobody',
    body: null,
    answer: z.object({ ok: z.literal(true), time: epochSeconds }),
  },
  anchor: { method: 'GET', path: '/v1/anchor', signedBy: 'nobody', body: null, answer: anchorSchema },
  keySet: { method: 'GET', path: '/v1/key-set', signedBy: 'nobody', body: null, answer: null },
  statusList: { method: 'GET', path: '/v1/status-list/1', signedBy: 'nobody', body: null, answer: null },
  submit: {
    method: 'POST',
    path: '/v1/registration',
    signedBy: 'device',
    body: submissionSchema,
    answer: registrationViewSchema,
  },
  follow: {
    method: 'GET',
    path: '/v1/registration/:id',
    signedBy: 'device',
    body: null,
    answer: registrationViewSchema,
  },
  /** A new certificate for the signing device; with the current list and key set, so that connecting needs no network. */
  certificate: {
    method: 'POST',
    path: '/v1/registration/:id/certificate',
    signedBy: 'device',
    body: z.strictObject({}),
    answer: z.object({ certificate: z.string(), status_list: z.string(), key_set: z.string() }),
  },
  caseList: {
    method: 'GET',
    path: '/v1/case',
    signedBy: 'reviewer',
    body: null,
    answer: z.object({ cases: z.array(registrationViewSchema) }),
  },
  caseShow: {
    method: 'GET',
    path: '/v1/case/:id',
    signedBy: 'reviewer',
    body: null,
    answer: caseViewSchema,
  },
  /** attest, reject, revoke: the signed statement says which. */
  caseDecide: {
    method: 'POST',
    path: '/v1/case/:id/decision',
    signedBy: 'reviewer',
    body: z.strictObject({ statement: z.string().max(16_384) }),
    answer: registrationViewSchema,
  },
} as const satisfies Record<string, RouteRow>;

export type GatewayRoute = keyof typeof gatewayRoutes;
export type GatewayAnswer<R extends GatewayRoute> = (typeof gatewayRoutes)[R]['answer'] extends z.ZodType
  ? z.infer<(typeof gatewayRoutes)[R]['answer']>
  : string;
export type GatewayBody<R extends GatewayRoute> = (typeof gatewayRoutes)[R]['body'] extends z.ZodType
  ? z.infer<(typeof gatewayRoutes)[R]['body']>
  : undefined;
export type Submission = z.infer<typeof submissionSchema>;
export type RegistrationView = z.infer<typeof registrationViewSchema>;
export type CaseView = z.infer<typeof caseViewSchema>;
export type ProblemDocument = z.infer<typeof problemDocumentSchema>;
export type EndpointClaim = z.infer<typeof endpointSchema>;
export type DecisionClaim = z.infer<typeof decisionSchema>;
