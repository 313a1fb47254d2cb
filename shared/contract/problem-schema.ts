import * as z from 'zod';

/** A Problem as it crosses a socket or HTTP. */
export const problemSchema = z.object({
  kind: z.enum(['usage', 'daemon', 'registration', 'gateway', 'keychain', 'permission', 'internal']),
  code: z.string().max(64),
  reason: z.string().max(2000),
  nextAction: z.string().max(2000),
});
