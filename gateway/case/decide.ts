import { SIGNATURE_WINDOW_SECONDS } from '#shared/contract/gateway-contract.ts';
import type {
  Attestation,
  RegistrationState,
  RegistrationView,
  ReviewerAction,
} from '#shared/contract/gateway-contract.ts';
import { closeAmendment } from '../storage/amendment-store.ts';
import { markReinstated, markRevoked, markSuspended } from '../storage/certificate-store.ts';
import type { Connection } from '../storage/database.ts';
import { insertMessage } from '../storage/message-store.ts';
import {
  changeState,
  devicesOf,
  findRegistration,
  type StoredDevice,
  type StoredRegistration,
} from '../storage/registration-store.ts';
import { lapseAmendment } from './amend.ts';
import { recordAudit } from './audit-log.ts';
import { canonicalJson } from './canonical-json.ts';
import { viewOf } from './follow.ts';
import { caseError } from './problem.ts';
import { nextState } from './transition.ts';

/** A reviewer's act: the signed statement, verified, and who sent it. */
export interface ReviewerAct {
  readonly registration: string;
  readonly statement: string;
  readonly claims: Attestation;
  /** Thumbprint of the key that signed the statement. */
  readonly statementSigner: string;
  /** Thumbprint of the key that signed the request. */
  readonly requestSigner: string;
  readonly now: number;
}

/** Takes the decision, where the case allows it, in the caller's transaction. */
export async function decideCase(connection: Connection, act: ReviewerAct): Promise<RegistrationView> {
  const { registration, to } = await checkDecision(connection, act);
  const { claims, now, statement } = act;
  const note = noteOf(claims);
  const changed = await changeState(connection, {
    id: registration.id,
    from: registration.state,
    to,
    at: now,
    ...(note === undefined ? {} : { note }),
    ...(isAttestation(claims.action) ? { statement } : {}),
  });
  if (!changed) throw caseError('state_conflict', claims.action);
  const actor = `reviewer:${act.statementSigner}`;
  await recordAudit(connection, {
    ...{ registration: registration.id, at: now, actor, action: claims.action, content: { statement } },
  });
  await consequences[claims.action](connection, act);
  return await viewOf(connection, {
    ...registration,
    ...{ state: to, note: note ?? registration.note, changed_at: now },
  });
}

/** What else changes with it. */
const consequences: Readonly<
  Record<ReviewerAction, (connection: Connection, act: ReviewerAct) => Promise<void>>
> = {
  attest: nothing,
  renew: nothing,
  file: nothing,
  verify: nothing,
  ask: (connection, { registration, claims, now }) =>
    insertMessage(connection, registration, { at: now, from: 'reviewer', text: claims.note ?? '' }),
  reject: (connection, { registration }) => closeAmendment(connection, registration),
  suspend: (connection, { registration }) => markSuspended(connection, registration),
  reinstate: (connection, { registration }) => markReinstated(connection, registration),
  revoke: async (connection, { registration, now }) => {
    await markRevoked(connection, registration);
    await closeAmendment(connection, registration);
    await lapseAmendment(connection, { amends: registration, now });
  },
};

function nothing(): Promise<void> {
  return Promise.resolve();
}

function isAttestation(action: ReviewerAction): action is 'attest' | 'renew' {
  return action === 'attest' || action === 'renew';
}

/** A question stands until it is answered or decided; other acts say something of their own or nothing. */
function noteOf({ action, note }: Attestation): string | undefined {
  return action === 'renew' ? undefined : note;
}

/** Refuses an act that does not fit the case as it is. Changes nothing. */
async function checkDecision(
  connection: Connection,
  act: ReviewerAct,
): Promise<{ readonly registration: StoredRegistration; readonly to: RegistrationState }> {
  const registration = await findRegistration(connection, act.registration);
  if (registration === undefined) throw caseError('registration_unknown');
  checkStatement(act);
  const { action } = act.claims;
  const to = nextState(action, registration.state, 'reviewer');
  if (to === undefined) throw caseError('state_conflict', `${action} of ${registration.state}`);
  if (isAttestation(action)) {
    checkAttested(act.claims, registration, await devicesOf(connection, act.registration));
  }
  return { registration, to };
}

function checkStatement({ registration, claims, statementSigner, requestSigner, now }: ReviewerAct): void {
  if (claims.sub !== registration) throw caseError('statement_registration_differs');
  if (statementSigner !== requestSigner) throw caseError('statement_signer_differs');
  if (Math.abs(now - claims.iat) > SIGNATURE_WINDOW_SECONDS) throw caseError('statement_not_fresh');
  if (claims.action === 'ask' && (claims.note ?? '').trim() === '') throw caseError('question_missing');
}

/** What is attested is what was submitted: a statement over another list of endpoints is a mistake, or worse. */
function checkAttested(
  claims: Attestation,
  registration: StoredRegistration,
  devices: readonly StoredDevice[],
): void {
  const thumbprints = devices.map(({ thumbprint }) => thumbprint);
  if (!sameSet(claims.endpoints ?? [], registration.endpoints)) differs('endpoints');
  if (!sameSet(claims.devices ?? [], thumbprints)) differs('devices');
  if (claims.decision?.profile !== registration.profile) differs('profile');
  if (claims.decision.category !== registration.category) differs('category');
  if ((claims.amends ?? null) !== registration.amends) differs('what it amends');
}

function differs(what: string): never {
  throw caseError('statement_case_differs', what);
}

function sameSet(left: readonly unknown[], right: readonly unknown[]): boolean {
  const [one, other] = [left, right].map((items) => items.map(canonicalJson).sort());
  return canonicalJson(one) === canonicalJson(other);
}
