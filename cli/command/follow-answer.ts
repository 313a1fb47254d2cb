import { findAnchor } from '#client/anchor/read-anchors.ts';
import type { Followed } from '#client/registration/follow.ts';
import { registrationError } from '#client/registration/registration-problem.ts';
import type { StoredRegistration } from '#client/registration/stored-registration.ts';
import type { Anchor } from '#shared/contract/gateway-contract.ts';
import type { Problem } from '#shared/contract/problem.ts';
import { good, problemLines, type Answer, type Line } from '../answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { describeRegistration, registrationJson } from '../terminal/describe-registration.ts';
import { stateWords } from '../terminal/registration-state.ts';

/** What the gateway said of a case, shown. */
export function followedAnswer(followed: Followed, contact?: string): Answer {
  return { json: followedJson(followed), lines: followedLines(followed, contact) };
}

export function followedJson({ registration, delivery, handedTo }: Followed) {
  return { registration: registrationJson(registration), delivery, handedTo };
}

export function followedLines(
  { registration, delivery, handedTo }: Followed,
  contact?: string,
): readonly Line[] {
  const running =
    handedTo === null ? [] : [good(`The running tunnel “${handedTo}” has its new certificate.`)];
  const warning = delivery === null ? [] : problemLines(delivery, 'Its certificate: ');
  return [...describeRegistration(registration, contact), ...running, ...warning];
}

/** A registration after an act, of which nothing was fetched. */
export function plain(registration: StoredRegistration): Followed {
  return { registration, delivery: null, handedTo: null, isRenewed: false };
}

/** The gateway's operator, as the administrator joined it. */
export async function operatorOf({ client }: Surroundings, { origin }: StoredRegistration): Promise<Anchor> {
  return await findAnchor(client.anchors, origin);
}

/** Why waiting for a decision has not ended in a confirmed registration; undefined: it has. */
export function problemOfDecision({ view }: StoredRegistration): Problem | undefined {
  switch (view.state) {
    case 'attested':
      return undefined;
    case 'needs_information':
      return registrationError('answer_wanted').problem;
    case 'rejected':
      return registrationError('registration_rejected').problem;
    default:
      return registrationError('registration_over', stateWords(view)).problem;
  }
}
