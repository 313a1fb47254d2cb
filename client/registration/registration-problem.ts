import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

const registrationProblems = {
  registration_unknown_here: {
    kind: 'usage',
    reason: 'There is no registration of that tunnel or identifier on this computer.',
    nextAction: 'Register the tunnel: sanad register NAME',
  },
  consent_missing: {
    kind: 'usage',
    reason: 'Nothing was sent, because you did not consent.',
    nextAction: 'Read what is sent and to whom, then answer yes or add --consent.',
  },
  certificate_unavailable: {
    kind: 'registration',
    reason: 'There is no certificate to have: the registration is not confirmed.',
    nextAction: 'See where it stands and what comes next: sanad registration show NAME',
  },
  documents_full: {
    kind: 'usage',
    reason: 'A registration takes at most 12 documents, 30 MiB together.',
    nextAction: 'Remove one that is not needed first: sanad registration document remove NAME DOCUMENT',
  },
  documents_closed: {
    kind: 'registration',
    reason: 'Documents are taken while a registration is not decided yet; this one is.',
    nextAction: 'For a change, amend it, and add the document there: sanad registration amend NAME',
  },
  document_unknown_here: {
    kind: 'usage',
    reason: 'The registration has no such document, or several that this could mean.',
    nextAction: 'See which there are: sanad registration document list NAME',
  },
  registration_rejected: {
    kind: 'registration',
    reason: 'The registration was not confirmed.',
    nextAction: 'See the reviewer’s note: sanad registration show NAME',
  },
  registration_over: {
    kind: 'registration',
    reason: 'The registration is not, or no longer, confirmed.',
    nextAction: 'See what that means and what comes next: sanad registration show NAME',
  },
  answer_wanted: {
    kind: 'registration',
    reason: 'The gateway asks you something before it goes on.',
    nextAction: 'Read the question, then answer it: sanad registration answer NAME "your answer"',
  },
  amendment_needs_attested: {
    kind: 'registration',
    reason: 'Only a confirmed registration can be amended.',
    nextAction:
      'While the gateway asks, correct it with your answer; otherwise withdraw it and register anew.',
  },
  declaration_unknown_here: {
    kind: 'usage',
    reason: 'You have stated nothing about that tunnel on this computer.',
    nextAction: 'State the decision: sanad registration declare NAME --help',
  },
  declaration_other_servers: {
    kind: 'usage',
    reason: 'What you stated was about other VPN servers than this tunnel has now.',
    nextAction: 'State the decision about these: sanad registration declare NAME --help',
  },
  declaration_too_long: {
    kind: 'usage',
    reason: 'The statement is too long to be signed: the names of the VPN servers take too much room.',
    nextAction: 'Use the servers’ addresses, or fewer servers in one tunnel.',
  },
  declaration_secret_unreadable: {
    kind: 'keychain',
    reason: 'What the keychain holds of your statement cannot be read.',
    nextAction: 'State the decision again: sanad registration declare NAME --help',
  },
  decision_in_future: {
    kind: 'usage',
    reason: 'The decision would be of a day that has not come yet.',
    nextAction: 'Give the day that stands on the decision, and check this computer’s clock.',
  },
  decision_over: {
    kind: 'usage',
    reason: 'The decision was valid until a day that has passed.',
    nextAction: 'Ask the authority for a new decision, and state that one.',
  },
  nothing_asked: {
    kind: 'registration',
    reason: 'Nobody waits for an answer: the gateway asks nothing at the moment.',
    nextAction: 'See where the registration stands: sanad registration show NAME',
  },
} as const satisfies ProblemCatalogue<string>;

export function registrationError(code: keyof typeof registrationProblems, detail?: string): SanadError {
  return new SanadError(problemFrom(registrationProblems, code, detail));
}
