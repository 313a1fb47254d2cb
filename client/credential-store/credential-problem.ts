import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

const tryAgain = 'Answer the keychain’s prompt and try again.';

/** What can be wrong with the keychain. None of it ever reads as "there is no such item". */
export const credentialProblems = {
  keychain_locked: {
    kind: 'keychain',
    reason: 'The keychain is locked, and there is no screen to ask for its password on.',
    nextAction: 'Unlock it by logging in on the desktop, then try again.',
  },
  keychain_prompt_dismissed: {
    kind: 'keychain',
    reason: 'The keychain is locked, and its prompt was closed without an answer.',
    nextAction: tryAgain,
  },
  keychain_silent: {
    kind: 'keychain',
    reason: 'The keychain’s service is there but does not answer.',
    nextAction: 'Try again; if it stays silent, log out of the desktop and in again.',
  },
  keychain_timeout: {
    kind: 'keychain',
    reason: 'The keychain was asked, and nobody answered its prompt.',
    nextAction: tryAgain,
  },
  keychain_unavailable: {
    kind: 'keychain',
    reason: 'No keychain answers in this session.',
    nextAction: 'Start a Secret Service (gnome-keyring, KWallet or KeePassXC) in your session and try again.',
  },
  keychain_item_too_large: {
    kind: 'keychain',
    reason: 'This is larger than every system’s keychain takes: 2,500 bytes.',
    nextAction: 'Keep less in one item.',
  },
  keychain_item_malformed: {
    kind: 'keychain',
    reason: 'A keychain item needs a service, an account and a value in well-formed text.',
    nextAction: 'Use another name.',
  },
  keychain_item_unreadable: {
    kind: 'keychain',
    reason: 'The keychain holds this item in a form that Sanad did not write, or more than once.',
    nextAction: 'Remove the item with the keychain’s own program, then try again.',
  },
} as const satisfies ProblemCatalogue<string>;

export type CredentialProblemCode = keyof typeof credentialProblems;

export function isCredentialProblemCode(code: string): code is CredentialProblemCode {
  return Object.hasOwn(credentialProblems, code);
}

export function credentialError(code: CredentialProblemCode, cause?: unknown): SanadError {
  return new SanadError(problemFrom(credentialProblems, code), { cause });
}
