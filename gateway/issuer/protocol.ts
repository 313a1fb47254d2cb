import * as z from 'zod';
import { problemSchema } from '#shared/contract/problem-schema.ts';

/**
 * The issuer's unix socket: one JSON object a line, a request and its answer. Everything the issuer believes
 * stands in the statement that a reviewer signed; the gateway's word counts for nothing.
 */
export const MAX_REQUEST_BYTES = 64 * 1024;
/** A status list of 131,072 random statuses is 60 KB. */
export const MAX_ANSWER_BYTES = 1024 * 1024;

const statement = z.string().max(16_384);

export const issuerMethods = {
  /** Notes a freshly signed attestation, or a renewed one: only what was noted last is ever certified. */
  attest: {
    parameters: z.strictObject({ statement }),
    answer: z.strictObject({}),
  },
  /** A certificate for one of the devices that the attestation lists; a young one is given again. */
  issueCertificate: {
    parameters: z.strictObject({ statement, device: z.string().regex(/^[A-Za-z0-9_-]{43}$/) }),
    answer: z.strictObject({
      certificate: z.string(),
      jti: z.string(),
      index: z.int(),
      issuedAt: z.int(),
      expiresAt: z.int(),
    }),
  },
  /** Takes a rejection or a revocation: every certificate, every later one, and of what amends it. Safe to repeat. */
  revoke: {
    parameters: z.strictObject({ statement }),
    answer: z.strictObject({ revoked: z.int() }),
  },
  /** Takes a freshly signed suspension or reinstatement, not one that is older than the last. */
  suspend: {
    parameters: z.strictObject({ statement }),
    answer: z.strictObject({ changed: z.int() }),
  },
  /** Takes a withdrawal, signed by a device that was attested: as a revocation. Safe to repeat. */
  withdraw: {
    parameters: z.strictObject({ withdrawal: z.string().max(2048) }),
    answer: z.strictObject({ revoked: z.int() }),
  },
  /** The current signed list; signed anew where something changed or half its ttl has passed. */
  statusList: {
    parameters: z.strictObject({}),
    answer: z.strictObject({ list: z.string(), issuedAt: z.int(), ttlSeconds: z.int() }),
  },
  /** A signed checkpoint over the histories. The root is the gateway's word; that it came then, and once, is the issuer's. */
  checkpoint: {
    parameters: z.strictObject({ number: z.int().min(1), root: z.string().regex(/^[0-9a-f]{64}$/) }),
    answer: z.strictObject({ checkpoint: z.string() }),
  },
  /** A copy of its database as of now, in its own directory under a name of its own: nobody else can read it while it runs. */
  backup: {
    parameters: z.strictObject({}),
    answer: z.strictObject({}),
  },
} as const;

export type IssuerMethod = keyof typeof issuerMethods;
export type IssuerParameters<M extends IssuerMethod> = z.infer<(typeof issuerMethods)[M]['parameters']>;
export type IssuerAnswer<M extends IssuerMethod> = z.infer<(typeof issuerMethods)[M]['answer']>;

const id = z.int().min(0);
export const issuerRequestSchema = z.discriminatedUnion('method', [
  z.strictObject({ id, method: z.literal('attest'), parameters: issuerMethods.attest.parameters }),
  z.strictObject({
    id,
    method: z.literal('issueCertificate'),
    parameters: issuerMethods.issueCertificate.parameters,
  }),
  z.strictObject({ id, method: z.literal('revoke'), parameters: issuerMethods.revoke.parameters }),
  z.strictObject({ id, method: z.literal('suspend'), parameters: issuerMethods.suspend.parameters }),
  z.strictObject({ id, method: z.literal('withdraw'), parameters: issuerMethods.withdraw.parameters }),
  z.strictObject({ id, method: z.literal('statusList'), parameters: issuerMethods.statusList.parameters }),
  z.strictObject({ id, method: z.literal('checkpoint'), parameters: issuerMethods.checkpoint.parameters }),
  z.strictObject({ id, method: z.literal('backup'), parameters: issuerMethods.backup.parameters }),
]);
export type IssuerRequest = z.infer<typeof issuerRequestSchema>;

export const issuerReplySchema = z.union([
  z.strictObject({ id, answer: z.unknown() }),
  /** id null: the request could not be read. */
  z.strictObject({ id: id.nullable(), problem: problemSchema }),
]);
