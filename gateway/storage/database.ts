import { Kysely } from 'kysely';
import { migrate } from './migration.ts';
import { openSqlite, sqliteDialect } from './node-sqlite.ts';
import { postgresqlDialect, requireDurable } from './postgresql.ts';
import type { Tables } from './tables.ts';

/** The database, or a transaction on it: the stores take either. */
export type Connection = Kysely<Tables>;

/**
 * Opens (and where needed creates or migrates) the gateway's database: a SQLite file, or a PostgreSQL database named by
 * its URL. `destroy()` closes it.
 */
export async function openDatabase(where: string): Promise<Connection> {
  const isServer = isPostgresqlUrl(where);
  const dialect = isServer ? postgresqlDialect(where) : sqliteDialect(openSqlite(where));
  const database = new Kysely<Tables>({ dialect });
  try {
    if (isServer) await requireDurable(database);
    await migrate(database);
  } catch (error) {
    await database.destroy();
    throw error;
  }
  return database;
}

export function isPostgresqlUrl(where: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(where);
}
