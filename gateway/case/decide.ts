import { SIGNATURE_WINDOW_SECONDS } from '#shared/contract/gateway-contract.ts';
import type { Attestation, RegistrationState, RegistrationView } from '#shared/contract/gateway-contract.ts';
import { markRevoked } from '../storage/certificate-store.ts';
import type { Connection } from '../storage/database.ts';
import {
  changeState,
  devicesOf,
  findRegistration,
  type StoredDevice,
  type StoredRegistration,
} from '../storage/registration-store.ts';
import { recordAudit } from './audit-log.ts';
import { canonicalJson } from './canonical-json.ts';
import { caseError } from './problem.ts';
import { isAction, nextState } from './transition.ts';
import { registrationView } from './view.ts';

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
  const { claims, now } = act;
  const changed = await changeState(connection, {
    id: registration.id,
    from: registration.state,
    to,
    at: now,
    ...(claims.note === undefined ? {} : { note: claims.note }),
    ...(claims.action === 'attest' ? { statement: act.statement } : {}),
  });
  if (!changed) throw caseError('state_conflict', claims.action);
  if (claims.action === 'revoke') await markRevoked(connection, registration.id);
  await recordAudit(connection, {
    registration: registration.id,
    at: now,
    actor: `reviewer:${act.statementSigner}`,
    action: claims.action,
    content: { statement: act.statement },
  });
  return registrationView({
    ...registration,
    state: to,
    note: claims.note ?? registration.note,
    changed_at: now,
  });
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
  const to = isAction(action) ? nextState(action, registration.state, 'reviewer') : undefined;
  if (to === undefined) throw caseError('state_conflict', `${action} of ${registration.state}`);
  if (action === 'attest') {
    checkAttested(act.claims, registration, await devicesOf(connection, act.registration));
  }
  return { registration, to };
}

function checkStatement({ registration, claims, statementSigner, requestSigner, now }: ReviewerAct): void {
  if (claims.sub !== registration) throw caseError('statement_registration_differs');
  if (statementSigner !== requestSigner) throw caseError('statement_signer_differs');
  if (Math.abs(now - claims.iat) > SIGNATURE_WINDOW_SECONDS) throw caseError('statement_not_fresh');
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
}

function differs(what: string): never {
  throw caseError('statement_case_differs', what);
}

function sameSet(left: readonly unknown[], right: readonly unknown[]): boolean {
  const [one, other] = [left, right].map((items) => items.map(canonicalJson).sort());
  return canonicalJson(one) === canonicalJson(other);
}
