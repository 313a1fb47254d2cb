import * as z from 'zod';

/**
 * How much stands behind a registration. attested: a reviewer has seen the authority's decision. exempt: issued
 * by a licensed provider for its own endpoints. provisional: work while waiting, where the profile allows it.
 * declared: the registrant's own word.
 */
export const assuranceSchema = z.enum(['attested', 'exempt', 'provisional', 'declared']);
export type Assurance = z.infer<typeof assuranceSchema>;
