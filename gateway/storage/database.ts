import { Kysely } from 'kysely';
import { migrate } from './migration.ts';
import { openSqlite, sqliteDialect } from './node-sqlite.ts';
import type { Tables } from './tables.ts';

/** The database, or a transaction on it: the stores take either. */
export type Connection = Kysely<Tables>;

/** Opens (and where needed creates or migrates) the gateway's database. `destroy()` closes it. */
export async function openDatabase(file: string): Promise<Connection> {
  const database = new Kysely<Tables>({ dialect: sqliteDialect(openSqlite(file)) });
  try {
    await migrate(database);
  } catch (error) {
    await database.destroy();
    throw error;
  }
  return database;
}
