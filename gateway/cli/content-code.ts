import { createHash } from 'node:crypto';
import type { CaseView } from '#shared/contract/gateway-contract.ts';
import { canonicalJson } from '../case/canonical-json.ts';

/**
 * What a reviewer has seen, in 32 characters: everything of a case that is attested or that the decision rests on.
 * A gateway in foreign hands could show one case and have another signed.
 */
export function contentCode(shown: CaseView): string {
  const { id, amends, profile, route, category, endpoints, fields, devices } = shown;
  const documents = shown.documents.map(({ kind, sha256 }) => ({ kind, sha256 }));
  const seen = canonicalJson({
    ...{ id, amends, profile, route, category, endpoints, fields, devices, documents },
  });
  return createHash('sha256').update(seen).digest('hex').slice(0, 32);
}
