import { join } from 'node:path';
import { gatewayFiles } from '../configuration.ts';
import { isPostgresqlUrl } from '../storage/database.ts';
import { commandError } from './problem.ts';

/**
 * Where a gateway's database is: the SQLite file in its directory, or the PostgreSQL database that DATABASE_URL names.
 * In the environment and not an option, since it may hold a password and arguments are read by everybody.
 */
export function databaseLocation(directory: string, environment: NodeJS.ProcessEnv): string {
  const url = environment['DATABASE_URL'];
  if (url === undefined || url === '') return join(directory, gatewayFiles.database);
  if (!isPostgresqlUrl(url)) throw commandError('database_url_malformed');
  return url;
}
