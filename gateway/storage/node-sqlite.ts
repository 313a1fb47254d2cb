import { rmSync } from 'node:fs';
import process from 'node:process';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from 'node:sqlite';
import {
  SqliteAdapter,
  SqliteDialect,
  type Dialect,
  type SqliteDatabase,
  type SqliteStatement,
} from 'kysely';

const BUSY_TIMEOUT_MILLISECONDS = 5000;
/** Far more than the stores have; those over lists of changing length come and go. */
const MAX_PREPARED = 256;

/** Opens a database file whose every commit is on the disk before it is answered. */
export function openSqlite(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MILLISECONDS });
  // FULL, not WAL's usual NORMAL: a case that was accepted survives the power cut that follows.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  // Keys are destroyed by deleting them: what is deleted is overwritten, not only no longer pointed to.
  database.exec('PRAGMA secure_delete = ON;');
  return database;
}

/** Writes a copy of the database as of one moment, whoever else uses it, to a file for its owner alone. */
export function copySqlite(database: DatabaseSync, file: string): void {
  rmSync(file, { force: true });
  const before = process.umask(0o077);
  try {
    database.prepare('VACUUM INTO ?').run(file);
  } finally {
    process.umask(before);
  }
}

/** Kysely's SQLite dialect over Node's own SQLite. */
export function sqliteDialect(database: DatabaseSync): Dialect {
  const dialect = new SqliteDialect({ database: asSqliteDatabase(database) });
  // A migration that was killed half-way is not there at all: SQLite can do that, Kysely does not rely on it.
  dialect.createAdapter = () => new TransactionalAdapter();
  return dialect;
}

class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function asSqliteDatabase(database: DatabaseSync): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>();
  return {
    close: () => {
      database.close();
    },
    prepare: (sql) => {
      const text = statementFor(sql, database);
      const known = prepared.get(text);
      if (known !== undefined) return known;
      const statement = prepare(database, text);
      if (prepared.size >= MAX_PREPARED) prepared.clear();
      prepared.set(text, statement);
      return statement;
    },
  };
}

function prepare(database: DatabaseSync, sql: string): SqliteStatement {
  const statement = database.prepare(sql);
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...parameters.map(bindable)).map(plainRow),
    run: (parameters) => statement.run(...parameters.map(bindable)),
    iterate: () => {
      throw new TypeError('No rows are streamed here: a prepared statement has one reader at a time');
    },
  };
}

function statementFor(sql: string, database: DatabaseSync): string {
  // Every transaction here writes. One that began by reading would fail at its first write, without waiting, where
  // another process had written meanwhile.
  if (sql === 'begin') return 'begin immediate';
  // After some errors, a full disk among them, SQLite has rolled back itself: rolling back what is not there
  // would fail and hide what happened.
  return sql === 'rollback' && !database.isTransaction ? 'SELECT 1 WHERE 0' : sql;
}

/** Node gives rows without a prototype, which are equal to no object literal. */
function plainRow(row: Readonly<Record<string, SQLOutputValue>>): Readonly<Record<string, SQLOutputValue>> {
  return { ...row };
}

function bindable(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') {
    return value;
  }
  throw new TypeError(`Not a value of the portable subset: ${typeof value}`);
}
