import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';

const MARK_BYTES = 32;

/**
 * By what is wanted it is known again, and cannot be read: salted, and slow to try out, since what was answered can be
 * guessed, an identity number among it. `salt` is the act's own, such as its idempotency key.
 */
export async function intentMark(salt: string, wanted: unknown): Promise<string> {
  const derive = promisify<string, string, number, Buffer>(scrypt);
  return (await derive(JSON.stringify(ordered(wanted)), salt, MARK_BYTES)).toString('base64url');
}

/** The same whatever order an object's names are in. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, one]) => [name, ordered(one)]);
}
