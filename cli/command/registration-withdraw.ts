import { follow } from '#client/registration/follow.ts';
import { withdraw } from '#client/registration/withdraw.ts';
import { registrationError } from '#client/registration/registration-problem.ts';
import { isOver, type StoredRegistration } from '#client/registration/stored-registration.ts';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import { strong, type Answer, type Line } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { withProgress } from '../terminal/progress.ts';
import { stateWords } from '../terminal/registration-state.ts';
import { table } from '../terminal/table.ts';
import { requireConfirmation } from './confirm.ts';
import { findRegistration } from './find-registration.ts';
import { followedAnswer, operatorOf, plain } from './follow-answer.ts';
import { readText } from './read-text.ts';

interface WithdrawOptions {
  readonly named: string;
  readonly note: string | undefined;
  readonly yes: boolean;
}

/** Shows what ends, then ends it. */
export async function registrationWithdrawCommand(
  surroundings: Surroundings,
  { named, note, yes }: WithdrawOptions,
): Promise<Answer> {
  const { client, terminal } = surroundings;
  const found = await findRegistration(surroundings, named);
  const written = note === undefined ? undefined : (await readText(surroundings, note)).trim();
  const { registration } = await withProgress(terminal, 'Asking the gateway', () =>
    follow(client, found.registration, { certificate: 'never' }),
  );
  const anchor = await operatorOf(surroundings, registration);
  const { state } = registration.view;
  if (state === 'withdrawn' || state === 'ended') {
    return followedAnswer(plain(registration), anchor.operator.contact);
  }
  if (isOver(state)) throw registrationError('registration_over', stateWords(registration.view));
  const preview = describe(registration, anchor, written);
  await requireConfirmation(surroundings, { preview, question: 'Withdraw it?', isGiven: yes });
  const withdrawn = await withProgress(terminal, `Sending it to ${anchor.origin}`, () =>
    withdraw(client, registration, { note: written === '' ? undefined : written }),
  );
  return followedAnswer(plain(withdrawn), anchor.operator.contact);
}

function describe(
  { view, tunnel }: StoredRegistration,
  { operator, origin }: Anchor,
  note: string | undefined,
): readonly Line[] {
  const isStanding = view.state === 'attested' || view.state === 'suspended';
  const consequence = isStanding
    ? 'It ends for good. Its certificate opens nothing any more, and a tunnel that runs on it is blocked.'
    : 'The case is closed without a decision.';
  return [
    strong(`This is sent to ${operator.legal_name} (${origin}):`),
    ...table([
      ['  Withdrawn', `registration ${view.id} (${tunnel}), ${stateWords(view)}`],
      ...(note === undefined || note === '' ? [] : [['  Your words', note] as const]),
      ['  Signed', 'by this computer’s key'],
    ]),
    strong(consequence),
    'To use the VPN server again, you register again.',
  ];
}
