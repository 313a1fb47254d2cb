import { createHash } from 'node:crypto';
import type { CaseView } from '#shared/contract/gateway-contract.ts';
import { canonicalJson } from '../case/canonical-json.ts';

/**
 * What a reviewer has seen, in 32 characters: everything of a case that is attested or that the decision rests on.
 * A gateway in foreign hands could show one case and have another signed.
 */
export function contentCode(shown: CaseView): string {
  const { id, profile, route, category, endpoints, fields, devices } = shown;
  const seen = canonicalJson({ id, profile, route, category, endpoints, fields, devices });
  return createHash('sha256').update(seen).digest('hex').slice(0, 32);
}
