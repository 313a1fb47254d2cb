import * as z from 'zod';
import { MAX_DECLARATION_BYTES } from '#shared/registration/declaration.ts';

/**
 * A declaration as it lies in a file: what was signed, and the words that its registrant agreed to. No secret and
 * nothing personal: the authority's reference lies in the keychain.
 */
export const storedDeclarationSchema = z.strictObject({
  version: z.literal(1),
  /** The registration, as its registrant named it: `sub` of all its declarations. */
  id: z.uuid(),
  /** The tunnel that it was made for; it covers others with the same endpoints. */
  tunnel: z.string(),
  /** Thumbprint of the device key that signed it. */
  device: z.string(),
  /** Signed. */
  declaration: z.string().max(MAX_DECLARATION_BYTES),
  /** What was shown when it was stated, and agreed to. */
  statement: z.strictObject({ text: z.string().min(1).max(4000), agreed_at: z.int().min(0) }),
});
export type StoredDeclaration = z.infer<typeof storedDeclarationSchema>;

const random = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** What opens a declaration's commitments, as the keychain holds it. */
export const declarationSecretsSchema = z.strictObject({
  version: z.literal(1),
  reference: z.strictObject({ text: z.string(), random }).optional(),
  evidence: z.strictObject({ sha256: random, random }).optional(),
});
export type DeclarationSecrets = z.infer<typeof declarationSecretsSchema>;

/** Under which the keychain holds them. */
export function declarationAccount(id: string): string {
  return `declaration/${id}`;
}
