import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { SqliteDialect, type Dialect, type SqliteDatabase } from 'kysely';

const BUSY_TIMEOUT_MILLISECONDS = 5000;

/** Opens a database file whose every commit is on the disk before it is answered. */
export function openSqlite(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MILLISECONDS });
  // FULL, not WAL's usual NORMAL: a case that was accepted survives the power cut that follows.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  return database;
}

/** Kysely's SQLite dialect over Node's own SQLite. */
export function sqliteDialect(database: DatabaseSync): Dialect {
  return new SqliteDialect({ database: asSqliteDatabase(database) });
}

function asSqliteDatabase(database: DatabaseSync): SqliteDatabase {
  return {
    close: () => {
      database.close();
    },
    prepare: (sql) => {
      // After some errors, a full disk among them, SQLite has rolled back itself: rolling back what is not there
      // would fail and hide what happened.
      const isOver = sql === 'rollback' && !database.isTransaction;
      const statement = database.prepare(isOver ? 'SELECT 1 WHERE 0' : sql);
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...parameters.map(bindable)),
        run: (parameters) => statement.run(...parameters.map(bindable)),
        iterate: (parameters) => statement.iterate(...parameters.map(bindable)),
      };
    },
  };
}

function bindable(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') {
    return value;
  }
  throw new TypeError(`Not a value of the portable subset: ${typeof value}`);
}
