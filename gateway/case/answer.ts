import type * as z from 'zod';
import type { answerSchema, RegistrationView } from '#shared/contract/gateway-contract.ts';
import type { Connection } from '../storage/database.ts';
import { insertMessage } from '../storage/message-store.ts';
import { changeState } from '../storage/registration-store.ts';
import type { ProfileShelf } from '../profile/profile-shelf.ts';
import { recordAudit } from './audit-log.ts';
import { ownRegistration, viewOf } from './follow.ts';
import { acceptedFields } from './judge.ts';
import { caseError } from './problem.ts';

import { nextState } from './transition.ts';

/** Takes what the registrant answers to a reviewer's question: words, and fields put right. */
export async function answerCase(
  connection: Connection,
  options: {
    readonly id: string;
    readonly profiles: ProfileShelf;
    readonly answer: z.infer<typeof answerSchema>;
    readonly device: string;
    readonly now: number;
  },
): Promise<RegistrationView> {
  const { id, profiles, answer, device, now } = options;
  const registration = await ownRegistration(connection, { id, device });
  const to = nextState('answer', registration.state, 'device');
  if (to === undefined) throw caseError('state_conflict', `answer of ${registration.state}`);
  const corrected = { ...registration.fields, ...answer.fields };
  const fields = acceptedFields(profiles, { ...registration, fields: corrected });
  const changed = await changeState(connection, { id, from: registration.state, to, at: now, fields });
  if (!changed) throw caseError('state_conflict', 'answer');
  await insertMessage(connection, id, { at: now, from: 'registrant', text: answer.text });
  await recordAudit(connection, {
    ...{ registration: id, at: now, actor: `device:${device}`, action: 'answer' },
    // What was there before is part of what happened.
    content: { ...answer, replaced: registration.fields },
  });
  return await viewOf(connection, { ...registration, state: to, fields, changed_at: now });
}
