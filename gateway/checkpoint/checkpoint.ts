import { createHash } from 'node:crypto';
import * as z from 'zod';
import { openPayload, readCompactJws, type JwsRules } from '#shared/registration/compact-jws.ts';
import { findKey, type VerifiedKeySet } from '#shared/registration/key-set.ts';
import { RefusedError } from '#shared/registration/refusal.ts';
import { nodePrimitives } from '../key/node-primitives.ts';

/**
 * What the issuer signs with its status key about the histories. The type of its own keeps it from passing as a list, and
 * a list from passing as it.
 */
export const CHECKPOINT_TYPE = 'sanad-checkpoint+jwt';
/** What the first checkpoint follows. */
export const CHECKPOINT_START = '0'.repeat(64);

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const checkpointSchema = z.strictObject({
  ver: z.literal(1),
  /** The gateway's origin. */
  iss: z.string().max(255),
  /** Strictly increasing. */
  iat: z.int().min(0),
  /** Grows with every checkpoint; never used twice. */
  number: z.int().min(1),
  /** `treeRoot` of the chains' heads. */
  root: sha256,
  /** Hex of SHA-256 of the checkpoint before, as text. */
  previous: sha256,
});
export type CheckpointClaims = z.infer<typeof checkpointSchema>;

export function checkpointHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Of all codes only whether there is one matters: a checkpoint is this gateway's, or it is not. */
const NOT_ONE = 'status_list_malformed';
const rules = {
  typ: CHECKPOINT_TYPE,
  key: 'kid',
  maxBytes: 2048,
  codes: {
    tooLarge: NOT_ONE,
    malformed: NOT_ONE,
    algorithm: NOT_ONE,
    type: NOT_ONE,
    header: NOT_ONE,
    signature: NOT_ONE,
  },
} as const satisfies JwsRules;

/** What a checkpoint says, if it is one of this gateway's, signed with a status key; undefined else. */
export function readCheckpoint(text: string, keySet: VerifiedKeySet): CheckpointClaims | undefined {
  try {
    const jws = readCompactJws(text, rules);
    const key = findKey(keySet, jws.key);
    if (key?.roles.includes('status') !== true) return undefined;
    const claims = checkpointSchema.safeParse(openPayload(jws, key.publicKey, nodePrimitives));
    return claims.success && claims.data.iss === keySet.issuer ? claims.data : undefined;
  } catch (error) {
    if (error instanceof RefusedError) return undefined;
    throw error;
  }
}
