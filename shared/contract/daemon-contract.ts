import * as z from 'zod';
import { policySchema } from '../registration/policy.ts';
import { tunnelStatusSchema } from '../tunnel/tunnel-status.ts';
import { configurationMessageSchema } from '../wireguard/configuration-message.ts';
import { problemSchema } from './problem-schema.ts';

/**
 * The daemon's socket: one JSON object a line, at most `MAX_MESSAGE_BYTES` each, UTF-8.
 *
 *   client  {"hello":{"version":1,"program":"sanad 0.1.0"}}
 *   daemon  {"hello":{"version":1,"program":"sanadd 0.1.0","instance":"...","access":"use"}}
 *   daemon  {"status":{...}}                     snapshot, then again at every change
 *   client  {"id":1,"method":"challenge","parameters":{}}
 *   daemon  {"id":1,"result":{...}} or {"id":1,"problem":{...}}
 *
 * A client of another major version gets `version_unsupported` and the connection is closed. No parameter is
 * ever a path, a program or a hook (CVE-2025-50505, CVE-2024-27903).
 */
export const DAEMON_PROTOCOL_VERSION = 1;
/** A configuration of 8 peers, a 4 KiB certificate and a proof fit four times over; a status list fits too. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

/** Who may call a method: anyone on an enabled user's socket, or only the administrator's socket. */
export type Access = 'use' | 'administer';

interface MethodRow {
  readonly access: Access;
  readonly parameters: z.ZodType;
  readonly result: z.ZodType;
}

const compactJws = z.string().max(8192);
const tunnelName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[^\p{Cc}\p{Cs}/]+$/u);
const empty = z.strictObject({});
const policyOrigin = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('built_in') }),
  z.strictObject({ kind: z.literal('file'), file: z.string().max(255) }),
  z.strictObject({ kind: z.literal('last_good') }),
  z.strictObject({ kind: z.literal('strictest') }),
]);
const uid = z.int().min(0).max(4_294_967_294);

/** One row a method; clients, dispatch, access checks and docs are derived from it. */
export const daemonMethods = {
  /** A single-use nonce for the device proof. Lives 60 s and dies with its connection. */
  challenge: {
    access: 'use',
    parameters: empty,
    result: z.strictObject({ nonce: z.string(), instance: z.string() }),
  },
  /**
   * Verifies and, when verified, starts bringing the tunnel up. Answers as soon as the decision is made;
   * progress follows as status. A refusal answers with its problem and changes nothing.
   */
  connect: {
    access: 'use',
    parameters: z.strictObject({
      tunnel: tunnelName,
      configuration: configurationMessageSchema,
      /** Absent: no registration is known for this tunnel; answered with `unregistered`. */
      certificate: compactJws.optional(),
      deviceProof: compactJws.optional(),
    }),
    result: z.strictObject({ attempt: z.int() }),
  },
  /** Target becomes unprotected: tunnel down, then firewall open. Also leaves `blocked`. Answers when done. */
  disconnect: { access: 'use', parameters: empty, result: empty },
  /** Another certificate for the running tunnel (renewal), without touching the interface. */
  replaceRegistration: {
    access: 'use',
    parameters: z.strictObject({ certificate: compactJws, deviceProof: compactJws }),
    result: empty,
  },
  /** Would this certificate open the gate for this configuration now? Device proof aside; changes nothing. */
  checkRegistration: {
    access: 'use',
    parameters: z.strictObject({
      endpoints: z
        .array(z.strictObject({ publicKey: z.string().max(64), host: z.string().max(255), port: z.int() }))
        .min(1)
        .max(64),
      certificate: compactJws.optional(),
    }),
    result: z.strictObject({
      /** null: it would. */
      refusal: problemSchema.nullable(),
      statusListIssuedAt: z.int().nullable(),
    }),
  },
  /** Fetches key sets and status lists of all anchors now, through sanad-fetch. Answers when done. */
  refresh: {
    access: 'use',
    parameters: empty,
    result: z.strictObject({
      fetched: z.array(
        z.strictObject({
          uri: z.string(),
          /** null: accepted (or nothing new). */
          problem: problemSchema.nullable(),
          /** Seconds since the epoch, from the signed list or key set. */
          issuedAt: z.int().nullable(),
        }),
      ),
    }),
  },
  /** Hands over a signed key set or status list got elsewhere. Anybody may: both are verified. */
  deliver: {
    access: 'use',
    parameters: z.strictObject({
      keySet: z
        .string()
        .max(128 * 1024)
        .optional(),
      statusList: z
        .string()
        .max(900 * 1024)
        .optional(),
    }),
    result: empty,
  },
  /** The policy in force, and where each value of it comes from. */
  policy: {
    access: 'use',
    parameters: empty,
    result: z.strictObject({
      policy: policySchema,
      origins: z.record(policySchema.keyof(), policyOrigin),
      /** Why the administrator's files are not in force as they stand. null: they are. */
      problem: problemSchema.nullable(),
    }),
  },
  /** The anchor files on disk changed (`sanad join`). */
  reloadAnchors: {
    access: 'administer',
    parameters: empty,
    result: z.strictObject({ anchors: z.array(z.string()) }),
  },
  /** Opens the socket of a user whose directory the administrator has prepared. */
  enableUser: { access: 'administer', parameters: z.strictObject({ uid }), result: empty },
  disableUser: { access: 'administer', parameters: z.strictObject({ uid }), result: empty },
} as const satisfies Record<string, MethodRow>;

export type DaemonMethod = keyof typeof daemonMethods;
export type DaemonParameters<M extends DaemonMethod> = z.infer<(typeof daemonMethods)[M]['parameters']>;
export type DaemonResult<M extends DaemonMethod> = z.infer<(typeof daemonMethods)[M]['result']>;

export const clientHelloSchema = z.strictObject({
  hello: z.strictObject({ version: z.int(), program: z.string().max(100) }),
});

export const requestSchema = z.strictObject({
  id: z.int().min(0),
  method: z.string().max(64),
  parameters: z.unknown(),
});

/** What the daemon writes, a line each. */
export const daemonMessageSchema = z.union([
  z.strictObject({
    hello: z.strictObject({
      version: z.int(),
      program: z.string(),
      /** Names this run of the daemon; a device proof is bound to it. */
      instance: z.string(),
      access: z.enum(['use', 'administer']),
    }),
  }),
  z.strictObject({ status: tunnelStatusSchema }),
  z.strictObject({ id: z.int(), result: z.unknown() }),
  /** id null: the connection itself is refused and will be closed. */
  z.strictObject({ id: z.int().nullable(), problem: problemSchema }),
]);
export type DaemonMessage = z.infer<typeof daemonMessageSchema>;
