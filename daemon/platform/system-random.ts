import { randomBytes } from 'node:crypto';
import type { Random } from '../port/random.ts';

export const systemRandom: Random = {
  token: (bytes) => randomBytes(bytes).toString('base64url'),
  fraction: () => Math.random(),
};
