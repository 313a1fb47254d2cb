import { MAX_DOCUMENT_BYTES } from '#shared/contract/gateway-contract.ts';
import { SanadError } from '#shared/contract/problem.ts';
import type { ClientContext } from '../client-context.ts';
import type { StoredRegistration } from '../registration/stored-registration.ts';
import { profileFor } from './known-profiles.ts';

export interface DocumentRules {
  readonly maxBytes: number;
  /** Copies are stamped with purpose, recipient and date before they leave. */
  readonly isStamped: boolean;
}

/** By the rules of the registration. Where they are not here, or know no such kind: stamped, which harms nobody. */
export async function rulesOfDocument(
  client: Pick<ClientContext, 'configDirectory' | 'anchors'>,
  { view, origin }: Pick<StoredRegistration, 'view' | 'origin'>,
  kind: string,
): Promise<DocumentRules> {
  try {
    const { document } = await profileFor(client, view.profile, origin);
    const rules = document.documents.find(({ id }) => id === kind);
    if (rules !== undefined) return { maxBytes: rules.max_bytes, isStamped: rules.stamped === true };
  } catch (cause) {
    if (!(cause instanceof SanadError)) throw cause;
  }
  return { maxBytes: MAX_DOCUMENT_BYTES, isStamped: true };
}
