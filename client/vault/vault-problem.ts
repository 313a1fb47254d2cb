import { problemFrom, SanadError, type ProblemCatalogue } from '#shared/contract/problem.ts';

/** What can be wrong with what lies encrypted on this computer. None of it ever reads as "there is no such thing". */
const vaultProblems = {
  vault_key_missing: {
    kind: 'keychain',
    reason: 'Your documents and drafts are encrypted with a key that the keychain does not hold any more.',
    nextAction:
      'Restore the keychain that had it; or give up what it had encrypted, for good: sanad document wipe',
  },
  vault_key_unreadable: {
    kind: 'keychain',
    reason: 'What the keychain holds as the key to your documents and drafts is not one.',
    nextAction:
      'Restore the keychain’s item "sanad vault-key"; or give up what it had encrypted, for good: sanad document wipe',
  },
  vault_file_damaged: {
    kind: 'internal',
    reason: 'An encrypted file of yours is damaged, or is not the one that Sanad put there.',
    nextAction: 'Restore the folder ~/.config/sanad/vault from a backup, or add what it held again.',
  },
  vault_file_newer: {
    kind: 'internal',
    reason: 'An encrypted file of yours was written by a newer Sanad.',
    nextAction: 'Install the newest Sanad.',
  },
  vault_file_unreadable: {
    kind: 'internal',
    reason: 'An encrypted file of yours cannot be read from the disk.',
    nextAction: 'See that the folder ~/.config/sanad/vault and all in it is yours, and try again.',
  },
} as const satisfies ProblemCatalogue<string>;

export type VaultProblemCode = keyof typeof vaultProblems;

export function vaultError(code: VaultProblemCode, detail?: string): SanadError {
  return new SanadError(problemFrom(vaultProblems, code, detail));
}
