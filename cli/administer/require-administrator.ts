import { cliError } from '../cli-problem.ts';
import type { Surroundings } from '../surroundings.ts';

/** Said before anything is asked or fetched. The file system says it, too. */
export function requireAdministrator({ uid }: Surroundings): void {
  if (uid !== 0) throw cliError('administrator_only');
}
