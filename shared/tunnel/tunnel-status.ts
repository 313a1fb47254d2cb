import * as z from 'zod';
import { problemSchema } from '../contract/problem-schema.ts';

const epochSeconds = z.int();

/** What stands behind a connected tunnel, in the certificate's own words. */
const registrationSummarySchema = z.object({
  /** The gateway's origin. */
  issuer: z.string(),
  registration: z.string(),
  assurance: z.enum(['attested', 'exempt', 'provisional', 'declared']),
  authority: z.string(),
  expiresAt: epochSeconds,
  statusListIssuedAt: epochSeconds.nullable(),
});

const peerStatusSchema = z.object({
  publicKey: z.string(),
  /** Address and port as packets go there now. */
  endpoint: z.string(),
  latestHandshakeAt: epochSeconds.nullable(),
  receivedBytes: z.number(),
  sentBytes: z.number(),
  /** Since when nothing that was sent there has been answered. null: all is well. Absent: nobody watched. */
  silentSince: epochSeconds.nullable().optional(),
});

/** null where another user of this machine owns the tunnel: that there is one, not which. */
const tunnelName = z.string().nullable();

const stateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('disconnected') }),
  z.object({
    kind: z.literal('connecting'),
    tunnel: tunnelName,
    stage: z.enum(['closing_firewall', 'configuring_tunnel', 'waiting_for_handshake']),
  }),
  z.object({
    kind: z.literal('connected'),
    tunnel: tunnelName,
    since: epochSeconds,
    peers: z.array(peerStatusSchema),
    registration: registrationSummarySchema.nullable(),
  }),
  z.object({ kind: z.literal('disconnecting'), then: z.enum(['disconnected', 'blocked', 'connecting']) }),
  /** Target is protected and there is no tunnel: traffic is closed, and this is why. */
  z.object({ kind: z.literal('blocked'), tunnel: tunnelName, cause: problemSchema }),
]);

/** The daemon's state as others see it: the snapshot, and every event after it, whole. */
export const tunnelStatusSchema = z.object({
  state: stateSchema,
  /** What the user asked for; kept over crashes. */
  target: z.enum(['protected', 'unprotected']),
  /** Whether the firewall is closed around the tunnel. `unknown`: its last change failed. */
  firewall: z.enum(['open', 'closed', 'unknown']),
  /** Things that work less well than they should, e.g. the fetcher is not running. */
  warnings: z.array(problemSchema),
});
export type TunnelStatus = z.infer<typeof tunnelStatusSchema>;
export type TunnelStateView = TunnelStatus['state'];
