import { randomUUID } from 'node:crypto';
import type { EndpointClaim, RegistrationView, Submission } from '#shared/contract/gateway-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';
import { parseHost } from '#shared/wireguard/endpoint.ts';
import { parsePublicKey } from '#shared/wireguard/key.ts';
import type { Connection } from '../storage/database.ts';
import { insertRegistration, type StoredRegistration } from '../storage/registration-store.ts';
import { recordAudit } from './audit-log.ts';
import type { ProfileShelf } from '../profile/profile-shelf.ts';
import { acceptedFields, requireNewest } from './judge.ts';
import { caseError } from './problem.ts';
import { nextState } from './transition.ts';
import { registrationView } from './view.ts';

/** Takes a new case, or refuses it with everything that is wrong with it at once. */
export async function submitCase(
  connection: Connection,
  options: {
    readonly profiles: ProfileShelf;
    readonly submission: Submission;
    readonly device: string;
    readonly now: number;
    /** The registration that it is to take the place of. */
    readonly amends?: string;
  },
): Promise<RegistrationView> {
  const { profiles, submission, device, now, amends = null } = options;
  requireNewest(profiles, submission.profile);
  const fields = acceptedFields(profiles, submission);
  const registration = { ...registrationFrom({ ...submission, fields }, now), amends };
  await insertRegistration(connection, registration, { thumbprint: device, x: submission.device.x });
  await recordAudit(connection, {
    registration: registration.id,
    at: now,
    actor: `device:${device}`,
    action: 'submit',
    content: amends === null ? submission : { ...submission, amends },
  });
  return registrationView(registration, { amendedBy: undefined, thread: [], documents: [] });
}

function registrationFrom(submission: Submission, now: number): StoredRegistration {
  const state = nextState('submit', null, 'device');
  if (state === undefined) throw caseError('state_conflict');
  return {
    id: randomUUID(),
    state,
    profile: submission.profile,
    route: submission.route,
    category: submission.category,
    fields: submission.fields,
    endpoints: canonicalEndpoints(submission.endpoints),
    consent: submission.consent,
    note: null,
    statement: null,
    submitted_at: now,
    changed_at: now,
    amends: null,
  };
}

/** The gate compares byte for byte: a certificate over another spelling would open nothing. */
function canonicalEndpoints(endpoints: readonly EndpointClaim[]): EndpointClaim[] {
  for (const endpoint of endpoints) {
    if (!isCanonical(endpoint)) throw caseError('endpoint_not_canonical');
  }
  return [...endpoints];
}

function isCanonical({ public_key, host }: EndpointClaim): boolean {
  try {
    return parsePublicKey(public_key) === public_key && parseHost(host).value === host;
  } catch (error) {
    if (error instanceof SanadError) return false;
    throw error;
  }
}
