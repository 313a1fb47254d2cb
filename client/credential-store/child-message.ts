import type { CredentialProblemCode } from './credential-problem.ts';

/** One of keytar's four calls on its way to the child. Travels over the pipe between the two alone. */
export type CredentialRequest =
  | { readonly call: 'get' | 'delete'; readonly service: string; readonly account: string }
  | { readonly call: 'set'; readonly service: string; readonly account: string; readonly password: string }
  | { readonly call: 'find'; readonly service: string }
  /** The accounts alone, of what can be seen without asking anybody. */
  | { readonly call: 'look'; readonly service: string };

export interface Credential {
  readonly account: string;
  readonly password: string;
}

export type CredentialResult = string | boolean | null | readonly Credential[] | readonly string[];

export interface CredentialFailure {
  readonly code: CredentialProblemCode;
  /** The library's own words, for whoever looks for the cause. */
  readonly cause: string;
}

/** What the child says about the one request it has. */
export type CredentialReply =
  /** The request is in hand; from here on nobody but the keychain's service is waited for. */
  | { readonly kind: 'heard' }
  /** The keychain's service answers; from here on a person may be looking at its prompt. */
  | { readonly kind: 'reached' }
  | { readonly kind: 'done'; readonly result: CredentialResult }
  | { readonly kind: 'failed'; readonly failure: CredentialFailure };
