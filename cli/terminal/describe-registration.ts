import { readClaims } from '#client/registration/read-certificate.ts';
import type { StoredRegistration } from '#client/registration/stored-registration.ts';
import type { RegistrationState, RegistrationView } from '#shared/contract/gateway-contract.ts';
import { strong, type Line } from '../answer.ts';
import { table } from './table.ts';
import { day, moment } from './words.ts';

/** A state in plain words, and what comes next; honest about who decides and about what nobody knows. */
const states = {
  draft: ['not sent yet', 'Send it: sanad register NAME'],
  submitted: [
    'sent to the gateway',
    'A reviewer looks at it and files it with the authority; look again later.',
  ],
  filed_with_authority: ['filed with the authority', 'The authority decides; the gateway says when it has.'],
  verifying: ['being verified by the internet provider', 'The provider confirms; look again later.'],
  needs_information: ['waiting for you', 'Read the note and answer the gateway’s operator.'],
  attested: ['confirmed', 'Connect: sanad connect NAME'],
  rejected: ['not confirmed', 'Read the note; correct what it names and register again.'],
  withdrawn: ['withdrawn', 'Register again if you need it.'],
  suspended: ['suspended', 'Ask the gateway’s operator.'],
  revoked: ['revoked', 'Ask the gateway’s operator.'],
  ended: ['ended', 'Register again if you need it.'],
} as const satisfies Record<RegistrationState, readonly [string, string]>;

export function nextStepOf({ view, tunnel }: StoredRegistration): string {
  return states[view.state][1].replace('NAME', tunnel);
}

/** As it stands in a sentence: "the registration is …". */
export function stateWords({ state }: RegistrationView): string {
  return states[state][0];
}

export function isDecided(state: RegistrationState): boolean {
  return !['draft', 'submitted', 'filed_with_authority', 'verifying'].includes(state);
}

export function describeRegistration(registration: StoredRegistration): readonly Line[] {
  const { view, gateway, origin, tunnel, certificate } = registration;
  const claims = certificate === null ? undefined : readClaims(certificate);
  const rows: (readonly [string, string])[] = [
    ['Registration', view.id],
    ['Tunnel', tunnel],
    ['Gateway', `${gateway} (${origin})`],
    ['State', `${states[view.state][0]}, since ${moment(view.changed_at)}`],
    ['Covers', view.endpoints.map(({ host, port }) => `${host}, port ${port}`).join('; ')],
  ];
  if (view.note !== null && view.note !== '') rows.push(['Note', view.note]);
  if (claims !== undefined) rows.push(['Certificate', `until ${day(claims.exp)}; renews itself`]);
  return [...table(rows), strong(`Next: ${nextStepOf(registration)}`)];
}

/** For programs: what the gateway says, and the certificate in short. */
export function registrationJson(registration: StoredRegistration): object {
  const { view, gateway, origin, tunnel, certificate } = registration;
  const claims = certificate === null ? undefined : readClaims(certificate);
  const short = claims === undefined ? null : { expiresAt: claims.exp, assurance: claims.assurance };
  return { ...view, gateway, origin, tunnel, certificate: short, nextStep: nextStepOf(registration) };
}
