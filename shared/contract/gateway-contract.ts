import * as z from 'zod';
import {
  anchorSchema,
  answerSchema,
  caseViewSchema,
  documentSchema,
  epochSeconds,
  registrationSummarySchema,
  registrationViewSchema,
  submissionSchema,
  uploadBeginSchema,
  uploadSchema,
  type DocumentContentType,
} from './registration-contract.ts';

export * from './registration-contract.ts';

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
export const MAX_LISTED_PROFILES = 256;
/** Of a document's part. */
export const PART_CONTENT_TYPE = 'application/octet-stream';

/** Server-sent events (text/event-stream). */
export const EVENTS_CONTENT_TYPE = 'text/event-stream';
/** A comment is sent at least this often: silence for three times as long is a dead connection. */
export const EVENTS_HEARTBEAT_SECONDS = 15;

/**
 * Server-sent events: a `snapshot` first, then a `change` for each change, `end` before the gateway ends the stream
 * (it is shut down, or the stream is an hour old: ask again). Each event's `data` is one JSON object. The `id` of the
 * last event, sent as Last-Event-ID, has the stream go on from there: the snapshot is then left out.
 */
export const registrationEventSchemas = {
  snapshot: registrationViewSchema,
  /** `action` is the history's; `registration` is the whole registration as it is by now. */
  change: z.object({ action: z.string(), at: epochSeconds, registration: registrationViewSchema }),
  end: z.object({ reason: z.enum(['shutdown', 'age', 'behind']) }),
} as const;
export const caseEventSchemas = {
  snapshot: z.object({ cases: z.array(registrationSummarySchema) }),
  change: z.object({ case: registrationSummarySchema }),
  end: registrationEventSchemas.end,
} as const;

export type SignedBy = 'nobody' | 'device' | 'reviewer';
interface RouteRow {
  readonly method: 'GET' | 'POST';
  /**
   * `:id` is a registration; `:document` one of its documents, `:kind` a kind of document, `:upload` one of its documents on
   * its way in parts, `:offset` where in it a part begins.
   */
  readonly path: string;
  readonly signedBy: SignedBy;
  /** 'document': the bytes themselves, with one of `documentContentTypes`. 'part': some of them, as PART_CONTENT_TYPE. */
  readonly body: z.ZodType | 'document' | 'part' | null;
  /** null: not JSON but a compact JWS as text. 'document': bytes. 'events': server-sent events. */
  readonly answer: z.ZodType | 'document' | 'events' | null;
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
  /** The newest checkpoint over all histories: docs/protocol.md, "History". */
  checkpoint: { method: 'GET', path: '/v1/checkpoint', signedBy: 'nobody', body: null, answer: null },
  /** Authority profiles that can be fetched, newest version of each name first. */
  profileList: {
    method: 'GET',
    path: '/v1/profile',
    signedBy: 'nobody',
    body: null,
    answer: z.object({
      profiles: z
        .array(z.object({ id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/), version: z.int().min(1) }))
        .max(MAX_LISTED_PROFILES),
    }),
  },
  /** `:profile` is a name, for its newest version, or name and version: pk-pta, pk-pta@1. */
  profile: { method: 'GET', path: '/v1/profile/:profile', signedBy: 'nobody', body: null, answer: null },
  /** The address that the gateway sees the request come from, canonical; neither kept nor logged. */
  publicAddress: {
    method: 'GET',
    path: '/v1/public-address',
    signedBy: 'nobody',
    body: null,
    answer: z.object({ address: z.string() }),
  },
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
  registrationEvents: {
    method: 'GET',
    path: '/v1/registration/:id/event',
    signedBy: 'device',
    body: null,
    answer: 'events',
  },
  /** Answers what a reviewer asked: needs_information -> submitted. */
  answer: {
    method: 'POST',
    path: '/v1/registration/:id/answer',
    signedBy: 'device',
    body: answerSchema,
    answer: registrationViewSchema,
  },
  /** An open case is withdrawn; an attested or suspended one ends, and its certificates are revoked. */
  withdraw: {
    method: 'POST',
    path: '/v1/registration/:id/withdrawal',
    signedBy: 'device',
    body: z.strictObject({
      /** Compact JWS over `withdrawalSchema`, signed with the key that signs the request. */
      withdrawal: z.string().max(2048),
      /** For the reviewers to read. */
      note: z.string().max(2000).optional(),
    }),
    answer: registrationViewSchema,
  },
  /**
   * A new registration that is to take the place of an attested one, which stays as it is until the new one is
   * attested and its certificate fetched. One amendment at a time. Answers with the new registration.
   */
  amend: {
    method: 'POST',
    path: '/v1/registration/:id/amendment',
    signedBy: 'device',
    body: submissionSchema,
    answer: registrationViewSchema,
  },
  /** While the case is open. */
  documentAdd: {
    method: 'POST',
    path: '/v1/registration/:id/document/:kind',
    signedBy: 'device',
    body: 'document',
    answer: documentSchema,
  },
  /**
   * While the case is open. Begins to send a document in parts, or tells how much of it is there: the same document of the
   * same kind is the same upload.
   */
  uploadBegin: {
    method: 'POST',
    path: '/v1/registration/:id/upload',
    signedBy: 'device',
    body: uploadBeginSchema,
    answer: uploadSchema,
  },
  /** The part that begins where the ones before it end. Taken for good with the answer. */
  uploadPart: {
    method: 'POST',
    path: '/v1/registration/:id/upload/:upload/part/:offset',
    signedBy: 'device',
    body: 'part',
    answer: uploadSchema,
  },
  /** Makes a document of the parts once all of them are there. */
  uploadComplete: {
    method: 'POST',
    path: '/v1/registration/:id/upload/:upload/completion',
    signedBy: 'device',
    body: z.strictObject({}),
    answer: documentSchema,
  },
  /** While the case is open. The content cannot be read again by anybody. */
  documentRemove: {
    method: 'POST',
    path: '/v1/registration/:id/document/:document/removal',
    signedBy: 'device',
    body: z.strictObject({}),
    answer: registrationViewSchema,
  },
  caseList: {
    method: 'GET',
    path: '/v1/case',
    signedBy: 'reviewer',
    body: null,
    answer: z.object({ cases: z.array(registrationSummarySchema) }),
  },
  caseEvents: {
    method: 'GET',
    path: '/v1/case/event',
    signedBy: 'reviewer',
    body: null,
    answer: 'events',
  },
  caseShow: {
    method: 'GET',
    path: '/v1/case/:id',
    signedBy: 'reviewer',
    body: null,
    answer: caseViewSchema,
  },
  caseDocument: {
    method: 'GET',
    path: '/v1/case/:id/document/:document',
    signedBy: 'reviewer',
    body: null,
    answer: 'document',
  },
  /** One of `reviewerActions`: the signed statement says which. */
  caseDecide: {
    method: 'POST',
    path: '/v1/case/:id/decision',
    signedBy: 'reviewer',
    body: z.strictObject({ statement: z.string().max(16_384) }),
    answer: registrationViewSchema,
  },
} as const satisfies Record<string, RouteRow>;

type Routes = typeof gatewayRoutes;
export type GatewayRoute = keyof Routes;
/** Routes that take JSON or nothing and answer with JSON or a compact JWS. */
export type PlainRoute = {
  [R in GatewayRoute]: Extract<Routes[R]['body'] | Routes[R]['answer'], string> extends never ? R : never;
}[GatewayRoute];
export type EventRoute = {
  [R in GatewayRoute]: Routes[R]['answer'] extends 'events' ? R : never;
}[GatewayRoute];

/** A document's content with what it was found to be. */
export interface DocumentContent {
  readonly contentType: DocumentContentType;
  readonly bytes: Uint8Array;
}

export type GatewayAnswer<R extends GatewayRoute> = Routes[R]['answer'] extends z.ZodType
  ? z.infer<Routes[R]['answer']>
  : Routes[R]['answer'] extends 'document'
    ? DocumentContent
    : string;
export type GatewayBody<R extends GatewayRoute> = Routes[R]['body'] extends z.ZodType
  ? z.infer<Routes[R]['body']>
  : Routes[R]['body'] extends 'document'
    ? DocumentContent
    : Routes[R]['body'] extends 'part'
      ? Uint8Array
      : undefined;
/** As a client writes it: members with a default may be left out. */
export type GatewayBodyInput<R extends GatewayRoute> = Routes[R]['body'] extends z.ZodType
  ? z.input<Routes[R]['body']>
  : GatewayBody<R>;
