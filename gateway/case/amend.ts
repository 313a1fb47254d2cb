import type { RegistrationView, Submission } from '#shared/contract/gateway-contract.ts';
import {
  closeAmendment,
  isOpenAmendment,
  openAmendment,
  openAmendmentOf,
} from '../storage/amendment-store.ts';
import { markRevoked } from '../storage/certificate-store.ts';
import type { Connection } from '../storage/database.ts';
import { changeState, findRegistration, type StoredRegistration } from '../storage/registration-store.ts';
import type { ProfileShelf } from '../profile/profile-shelf.ts';
import { recordAudit } from './audit-log.ts';
import { ownRegistration } from './follow.ts';
import { caseError } from './problem.ts';
import { submitCase } from './submit.ts';
import { nextState, type Action, type ActorRole } from './transition.ts';

/** Takes a new case that is to take the place of an attested one, which stays as it is for now. */
export async function amendCase(
  connection: Connection,
  options: {
    readonly id: string;
    readonly profiles: ProfileShelf;
    readonly submission: Submission;
    readonly device: string;
    readonly now: number;
  },
): Promise<RegistrationView> {
  const { id, profiles, submission, device, now } = options;
  const amended = await ownRegistration(connection, { id, device });
  await take(connection, { registration: amended, action: 'amend', by: 'device', now });
  // One step at a time: what waits to take another's place is not amended itself.
  if (await isOpenAmendment(connection, id)) throw caseError('amendment_open', 'its own certificate first');
  if ((await openAmendmentOf(connection, id)) !== undefined) throw caseError('amendment_open');
  const view = await submitCase(connection, { profiles, submission, device, now, amends: id });
  if (!(await openAmendment(connection, { amends: id, registration: view.id }))) {
    throw caseError('amendment_open');
  }
  await recordAudit(connection, {
    ...{ registration: id, at: now, actor: `device:${device}`, action: 'amend' },
    content: { amended_by: view.id },
  });
  return view;
}

/** The first certificate of an amendment is given out: what it amends is over. Safe to repeat. */
export async function endAmended(
  connection: Connection,
  of: { readonly registration: StoredRegistration; readonly now: number },
): Promise<void> {
  const { id, amends } = of.registration;
  if (amends === null || !(await isOpenAmendment(connection, id))) return;
  const amended = await findRegistration(connection, amends);
  if (amended === undefined) return;
  await take(connection, { registration: amended, action: 'end', by: 'gateway', now: of.now });
  await markRevoked(connection, amends);
  await closeAmendment(connection, id);
  await recordAudit(connection, {
    ...{ registration: amends, at: of.now, actor: 'gateway', action: 'end', content: { amended_by: id } },
  });
}

/** What an amendment stands on was revoked or withdrawn: it comes to nothing. Which one that is, if there is one. */
export async function lapseAmendment(
  connection: Connection,
  of: { readonly amends: string; readonly now: number },
): Promise<string | undefined> {
  const id = await openAmendmentOf(connection, of.amends);
  const amendment = id === undefined ? undefined : await findRegistration(connection, id);
  if (amendment === undefined) return undefined;
  // Rejected at this very moment: then there is nothing left to lapse.
  const isOpen = nextState('lapse', amendment.state, 'gateway') !== undefined;
  if (isOpen) {
    await take(connection, { registration: amendment, action: 'lapse', by: 'gateway', now: of.now });
    await markRevoked(connection, amendment.id);
    await recordAudit(connection, {
      ...{ registration: amendment.id, at: of.now, actor: 'gateway', action: 'lapse', content: of },
    });
  }
  await closeAmendment(connection, amendment.id);
  return isOpen ? amendment.id : undefined;
}

/** What a registration has taken the place of, and what that had: over, each of them. */
export async function endedPredecessors(
  connection: Connection,
  registration: StoredRegistration,
): Promise<readonly string[]> {
  const ended: string[] = [];
  for (let at = registration; at.amends !== null;) {
    const amended = await findRegistration(connection, at.amends);
    // An amendment that was withdrawn before its certificate was fetched leaves the old one as it is.
    if (amended?.state !== 'ended') break;
    ended.push(amended.id);
    at = amended;
  }
  return ended;
}

/** Moves a registration, or ends the request because somebody else has moved it meanwhile. */
async function take(
  connection: Connection,
  act: {
    readonly registration: StoredRegistration;
    readonly action: Action;
    readonly by: ActorRole;
    readonly now: number;
  },
): Promise<void> {
  const { id, state } = act.registration;
  const to = nextState(act.action, state, act.by);
  if (to === undefined) throw caseError('state_conflict', `${act.action} of ${state}`);
  const changed = await changeState(connection, { id, from: state, to, at: act.now });
  if (!changed) throw caseError('state_conflict', act.action);
}
