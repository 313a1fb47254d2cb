import { SIGNATURE_WINDOW_SECONDS } from '#shared/contract/gateway-contract.ts';
import type { RegistrationView, Withdrawal } from '#shared/contract/gateway-contract.ts';
import { closeAmendment } from '../storage/amendment-store.ts';
import { markRevoked } from '../storage/certificate-store.ts';
import type { Connection } from '../storage/database.ts';
import { deleteDocuments, documentsOf } from '../storage/document-store.ts';
import { insertMessage } from '../storage/message-store.ts';
import { changeState } from '../storage/registration-store.ts';
import { uploadFilesOf } from '../storage/upload-store.ts';
import { endedPredecessors, lapseAmendment } from './amend.ts';
import { recordAudit } from './audit-log.ts';
import { ownRegistration, viewOf } from './follow.ts';
import { caseError } from './problem.ts';
import { nextState } from './transition.ts';

export interface WithdrawalAct {
  readonly id: string;
  /** The device that signed the request. */
  readonly device: string;
  /** The compact JWS, its claims, and who signed it. */
  readonly withdrawal: string;
  readonly claims: Withdrawal;
  readonly withdrawalSigner: string;
  readonly note: string | undefined;
  readonly now: number;
}

export interface Withdrawn {
  readonly view: RegistrationView;
  /** It had been attested, so the issuer has to hear of it. */
  readonly concernsIssuer: boolean;
  /** Files whose key is gone, to be removed once this is on the disk. */
  readonly files: readonly string[];
}

/** Takes a registrant's withdrawal, in the caller's transaction. The documents' keys are destroyed with it. */
export async function withdrawCase(connection: Connection, act: WithdrawalAct): Promise<Withdrawn> {
  const { id, device, now, note } = act;
  const registration = await ownRegistration(connection, { id, device });
  checkWithdrawal(act);
  const { state: from } = registration;
  const to = nextState('withdraw', from, 'device');
  if (to === undefined) throw caseError('state_conflict', `withdraw of ${from}`);
  const changed = await changeState(connection, { id, from, to, at: now });
  if (!changed) throw caseError('state_conflict', 'withdraw');
  if (note !== undefined && note !== '') {
    await insertMessage(connection, id, { at: now, from: 'registrant', text: note });
  }
  await markRevoked(connection, id);
  await closeAmendment(connection, id);
  const lapsed = await lapseAmendment(connection, { amends: id, now });
  const predecessors = await endedPredecessors(connection, registration);
  const files = await destroyDocuments(connection, [
    id,
    ...(lapsed === undefined ? [] : [lapsed]),
    ...predecessors,
  ]);
  await recordAudit(connection, {
    ...{ registration: id, at: now, actor: `device:${device}`, action: 'withdraw' },
    content: { withdrawal: act.withdrawal, note },
  });
  const view = await viewOf(connection, { ...registration, state: to, changed_at: now });
  return { view, concernsIssuer: from === 'attested' || from === 'suspended', files };
}

/** Their files, which nothing opens any more. */
async function destroyDocuments(
  connection: Connection,
  registrations: readonly string[],
): Promise<readonly string[]> {
  const files: string[] = [];
  for (const registration of registrations) {
    files.push(...(await documentsOf(connection, registration)).map(({ file }) => file));
    files.push(...(await uploadFilesOf(connection, registration)));
    await deleteDocuments(connection, registration);
  }
  return files;
}

function checkWithdrawal({ id, device, claims, withdrawalSigner, now }: WithdrawalAct): void {
  if (claims.sub !== id || withdrawalSigner !== device) throw caseError('withdrawal_differs');
  if (Math.abs(now - claims.iat) > SIGNATURE_WINDOW_SECONDS) throw caseError('withdrawal_not_fresh');
}
