import * as z from 'zod';
import vector from '../../vector/conf.json' with { type: 'json' };

const verdict = z.enum(['accepted', 'refused']);

const vectorSchema = z.strictObject({
  about: z.string(),
  deviations: z.record(z.string(), z.strictObject({ what: z.string(), reason: z.string() })),
  files: z.array(
    z.strictObject({
      name: z.string(),
      /** What WireGuard's own tools make of it. */
      wg: verdict,
      sanad: verdict,
      /** Why the two differ, by the name it has in `deviations`. */
      deviation: z.string().optional(),
      /** The keys that Sanad leaves out with a note, in the order of the file. */
      left_out: z.array(z.string()).optional(),
      text: z.string(),
    }),
  ),
});

/** Configuration files with both verdicts, for everybody: docs/conf.md. */
export const { deviations, files } = vectorSchema.parse(vector);
export type ConfFile = (typeof files)[number];
