import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from './database.ts';
import { sqlState, storageError } from './problem.ts';

const MAX_ATTEMPTS = 15;
const LONGEST_PAUSE_MILLISECONDS = 100;

/**
 * Makes a change whole or not at all, as if nobody else were changing anything. `change` is run again where somebody
 * else was faster, so it must be safe to repeat, effects outside the database included.
 *
 * SQLite lets one at a time in. PostgreSQL gives each a snapshot (REPEATABLE READ), and every change of a registration
 * appends to that registration's chain: of two that saw the same last entry, one meets the other's there.
 */
export async function inTransaction<T>(
  database: Connection,
  change: (transaction: Connection) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await database.transaction().setIsolationLevel('repeatable read').execute(change);
    } catch (error) {
      if (!wasOvertaken(error)) throw error;
      if (attempt === MAX_ATTEMPTS) throw storageError('storage_busy', { cause: error });
      await sleep(randomInt(Math.min(2 ** attempt, LONGEST_PAUSE_MILLISECONDS)));
    }
  }
}

/** serialization_failure, deadlock_detected, and unique_violation: the next number of a sequence was taken. */
const OVERTAKEN = new Set(['40001', '40P01', '23505']);

function wasOvertaken(error: unknown): boolean {
  return OVERTAKEN.has(sqlState(error) ?? '');
}
