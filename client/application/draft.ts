import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { AuthorityProfile } from '#shared/registration/authority-profile/read-profile.ts';
import { interviewStateSchema, startInterview } from '#shared/registration/interview/state.ts';

const seconds = z.int().min(0);

/** Words that somebody agreed to, as they were shown. */
const agreementSchema = z.strictObject({ text: z.string().max(8000), given_at: seconds });

/** A person who works over the registration: who is covered by what. */
const coveredSchema = z.strictObject({
  name: z.string().max(200),
  /** The public address or mobile number over which that person works. */
  over: z.string().max(200),
});

/** An application from its first answer on; after it was sent, the record of what was agreed to. */
export const applicationDraftSchema = z.strictObject({
  version: z.literal(1),
  id: z.uuid(),
  /** Counts the changes: one that another window has changed meanwhile is not overwritten. */
  revision: z.int().min(0),
  created_at: seconds,
  changed_at: seconds,
  /** The VPN connection that it is for; null: not chosen yet. */
  tunnel: z.string().max(64).nullable(),
  /** To whom: `office:NAME` (a joined gateway) or `portal`; null: not chosen yet. */
  channel: z.string().max(80).nullable(),
  interview: interviewStateSchema,
  staff: z.array(coveredSchema).max(500),
  declaration: agreementSchema.nullable(),
  /**
   * `shown`: digest of the preview that was agreed to; another preview needs another consent. `key`: under which it is sent,
   * so that a second try is the same submission, whatever was lost in between.
   */
  consent: agreementSchema.extend({ shown: z.string().max(64), key: z.uuid() }).nullable(),
  /** The registration at the gateway, once that has answered. */
  registration: z.uuid().nullable(),
  /** Digest of what was submitted (`submittedDigest`): from then on nothing but documents may differ from it. */
  submitted: z.string().max(64).nullable().default(null),
  /** Everything has been sent, or handed over for the portal. */
  finished_at: seconds.nullable(),
});
export type ApplicationDraft = Readonly<z.infer<typeof applicationDraftSchema>>;

export function newDraft(profile: AuthorityProfile, now: number): ApplicationDraft {
  return {
    ...{ version: 1, id: randomUUID(), revision: 0, created_at: now, changed_at: now },
    ...{ tunnel: null, channel: null, interview: startInterview(profile), staff: [] },
    ...{ declaration: null, consent: null, registration: null, submitted: null, finished_at: null },
  };
}

/** What is known of an applicant, under the rules of one authority. */
export const applicantSchema = z.strictObject({
  version: z.literal(1),
  /** The rules' name, without their version. */
  profile: z.string().max(40),
  fields: z.record(z.string().max(64), z.string().max(4000)),
  /** By kind: digests of kept documents. */
  documents: z.record(z.string().max(32), z.array(z.string().max(80)).max(32)),
  changed_at: seconds,
});
export type Applicant = Readonly<z.infer<typeof applicantSchema>>;

/** On which days which public addresses were seen: marks under a salt, no address. */
export const lineHistorySchema = z.strictObject({
  version: z.literal(1),
  salt: z.string().max(64),
  seen: z
    .array(z.strictObject({ day: z.iso.date(), family: z.enum(['ipv4', 'ipv6']), mark: z.string().max(64) }))
    .max(400),
});
export type LineHistory = Readonly<z.infer<typeof lineHistorySchema>>;
