import * as z from 'zod';
import {
  registrationViewSchema,
  submissionSchema,
  type RegistrationState,
  type RegistrationView,
} from '#shared/contract/gateway-contract.ts';
import { MAX_CERTIFICATE_BYTES } from '#shared/registration/certificate.ts';

/**
 * A registration: what the gateway last said of it, and its certificate. No secret. In its file without what is personal
 * (`withoutDetails`), which comes with every answer of the gateway.
 */
export const storedRegistrationSchema = z.strictObject({
  version: z.literal(1),
  /** The gateway's name and origin, as the machine's anchor had them at submission. */
  gateway: z.string(),
  origin: z.string(),
  /** The tunnel that it was made for; it covers others with the same endpoints. */
  tunnel: z.string(),
  /** Thumbprint of the device key that submitted it. */
  device: z.string(),
  view: registrationViewSchema,
  certificate: z.string().max(MAX_CERTIFICATE_BYTES).nullable(),
});
export type StoredRegistration = z.infer<typeof storedRegistrationSchema>;

/** As it may lie in a plain file: nothing that the person or a reviewer wrote. */
export function withoutDetails(registration: StoredRegistration): StoredRegistration {
  return { ...registration, view: { ...registration.view, fields: {}, thread: [], note: null } };
}

export function hasDetails({ view: { fields, thread, note } }: StoredRegistration): boolean {
  return Object.keys(fields).length + thread.length > 0 || note !== null;
}

/** With what the gateway told of it at another time, where it lies without. The note is of its moment. */
export function withDetailsOf(view: RegistrationView, told: RegistrationView): RegistrationView {
  const note = view.changed_at === told.changed_at ? told.note : null;
  return { ...view, fields: told.fields, thread: told.thread, note: view.note ?? note };
}

/** Nothing will come of it any more. */
export function isOver(state: RegistrationState): boolean {
  return ['rejected', 'withdrawn', 'revoked', 'ended'].includes(state);
}

/** Not decided yet. */
export function isOpen(state: RegistrationState): boolean {
  return ['submitted', 'filed_with_authority', 'verifying', 'needs_information'].includes(state);
}

const onItsWay = {
  origin: z.string(),
  idempotencyKey: z.string(),
  /** The registration whose place it is to take. */
  amends: z.uuid().nullable().default(null),
};

/** As an earlier Sanad kept it: with all that was answered, as text. */
const wholeDraftSchema = z.strictObject({ version: z.literal(1), ...onItsWay, submission: submissionSchema });

/**
 * A submission on its way: kept until the gateway has answered, so that a retry is the same submission. What is in it is not
 * kept, only by what it is known again.
 */
const sealedDraftSchema = z.strictObject({
  version: z.literal(2),
  ...onItsWay,
  /** `intentMark` of the submission but for the moment of consent. */
  mark: z.string().max(64),
  /** When consent was given, at the first try. Seconds since the epoch. */
  consentedAt: z.int().min(0),
});

export const submissionDraftSchema = z.discriminatedUnion('version', [wholeDraftSchema, sealedDraftSchema]);
export type SubmissionDraft = z.infer<typeof submissionDraftSchema>;
