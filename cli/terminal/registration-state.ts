import type { StoredRegistration } from '#client/registration/stored-registration.ts';
import type { RegistrationState, RegistrationView } from '#shared/contract/gateway-contract.ts';

interface StateText {
  /** In a sentence: "the registration is …". */
  readonly words: string;
  /** What that means, and who does what next; never more than is known here. */
  readonly meaning: string;
  /** NAME and CONTACT are filled in. */
  readonly next: string;
}

const WAIT = 'Nothing to do for now; to be told of news: sanad registration watch NAME';
const AGAIN = 'Register again if you need it: sanad register NAME';

const states: Readonly<Record<RegistrationState, StateText>> = {
  draft: {
    words: 'not sent yet',
    meaning: 'Nothing has left this computer.',
    next: 'Send it: sanad register NAME',
  },
  submitted: {
    words: 'received by the gateway',
    meaning: 'A reviewer there reads it and may ask you something. Nothing is decided yet.',
    next: WAIT,
  },
  filed_with_authority: {
    words: 'filed with the authority',
    meaning: 'The gateway says that it has filed it. The authority decides; when, nobody here can say.',
    next: WAIT,
  },
  verifying: {
    words: 'being checked by the internet provider',
    meaning: 'The gateway says that the provider checks what you gave. Nothing is decided yet.',
    next: WAIT,
  },
  needs_information: {
    words: 'waiting for your answer',
    meaning: 'A reviewer asks you something; nothing goes on until you answer.',
    next: 'Answer it: sanad registration answer NAME "your answer"',
  },
  attested: {
    words: 'confirmed',
    meaning: 'A reviewer at the gateway states to have seen the authority’s decision.',
    next: 'Connect: sanad connect NAME',
  },
  rejected: {
    words: 'not confirmed',
    meaning: 'The gateway says that it was refused. This registration will not be confirmed any more.',
    next: 'Read the note, correct what it names, and register again: sanad register NAME',
  },
  withdrawn: {
    words: 'withdrawn',
    meaning: 'The case was closed without a decision.',
    next: AGAIN,
  },
  suspended: {
    words: 'suspended',
    meaning: 'The gateway has stopped it for now: nothing connects with it until a reviewer reinstates it.',
    next: 'Read the note, and ask CONTACT',
  },
  revoked: {
    words: 'revoked',
    meaning: 'The gateway has ended it for good: nothing connects with it any more.',
    next: 'Read the note, and ask CONTACT',
  },
  ended: {
    words: 'ended',
    meaning: 'It is over: nothing connects with it any more.',
    next: AGAIN,
  },
};

export function stateWords({ state }: RegistrationView): string {
  return states[state].words;
}

export function meaningOf({ view, certificate }: StoredRegistration): string {
  const { meaning } = states[view.state];
  if (view.state === 'ended' && view.amended_by !== null) return `${meaning} Another has taken its place.`;
  if (view.state !== 'attested') return meaning;
  if (certificate !== null) return `${meaning} The certificate renews itself while that stands.`;
  return view.amends === null
    ? `${meaning} The certificate is not on this computer yet.`
    : `${meaning} The certificate is fetched when you connect. That ends the registration which this one amends, and a tunnel that runs on it.`;
}

/** What the person does next. `contact`: how the operator is reached, where that is known. */
export function nextStepOf(registration: StoredRegistration, contact?: string): string {
  const { view, tunnel, certificate } = registration;
  const operator = contact === undefined ? 'the gateway’s operator.' : `the gateway’s operator: ${contact}`;
  const fill = (text: string): string =>
    text.replace('NAME', () => shellWord(tunnel)).replace('CONTACT', () => operator);
  if (view.state === 'ended' && view.amended_by !== null) {
    return `See the one that took its place: sanad registration show ${view.amended_by}`;
  }
  const isMissing = view.state === 'attested' && certificate === null && view.amends === null;
  return fill(isMissing ? 'Fetch it: sanad registration renew NAME' : states[view.state].next);
}

/** As it has to be typed. */
function shellWord(name: string): string {
  return /^[\p{L}\p{N}_.@-]+$/u.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}

/** Waiting has an end here: it is decided, or the person has to do something. */
export function isSettled(state: RegistrationState): boolean {
  return !['draft', 'submitted', 'filed_with_authority', 'verifying'].includes(state);
}
