import {
  PostgresDialect,
  sql,
  type Dialect,
  type Kysely,
  type PostgresPool,
  type PostgresPoolClient,
} from 'kysely';
import pg from 'pg';
import type { Tables } from './tables.ts';
import { storageError } from './problem.ts';

/** Each front end's share of the server's connections. */
const MAX_CONNECTIONS = 10;
const CONNECT_MILLISECONDS = 5000;
/** The server ends a statement, and a transaction that waits for its client, after these. */
const STATEMENT_MILLISECONDS = 15_000;
const IDLE_IN_TRANSACTION_MILLISECONDS = 30_000;
/** For a server that is no longer there to end it. */
const ANSWER_MILLISECONDS = 20_000;

/** Kysely's PostgreSQL dialect, its values and errors made those that the stores know from SQLite. */
export function postgresqlDialect(url: string): Dialect {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'sanad-gateway',
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    statement_timeout: STATEMENT_MILLISECONDS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MILLISECONDS,
    query_timeout: ANSWER_MILLISECONDS,
    keepAlive: true,
    types: { getTypeParser: typeParser },
  });
  // An idle connection that the server ended. The pool has dropped it, and whoever needs one makes another.
  pool.on('error', () => undefined);
  // One in use: what is asked of it next fails and says so. Unheard, the event would end the process.
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  return new PostgresDialect({ pool: namingProblems(pool) });
}

/** What was answered has to be on the disk, whatever the server's configuration prefers. */
export async function requireDurable(database: Kysely<Tables>): Promise<void> {
  for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit']) {
    const { rows } = await sql<{ value: string }>`select current_setting(${setting}) as value`.execute(
      database,
    );
    if (rows[0]?.value === 'off') throw storageError('database_not_durable', { detail: `${setting} is off` });
  }
}

/** pg_type's number of bigint. */
const BIGINT = 20;

/** bigint and count(*) are text to pg, since not all fit a number; the seconds and counts here do. */
const typeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  // oxlint-disable-next-line typescript/no-unsafe-return -- pg's own signature
  oid === BIGINT ? safeInteger : pg.types.getTypeParser(oid, format ?? 'text');

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('A number in the database is too large');
  return value;
}

function namingProblems(pool: pg.Pool): PostgresPool {
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return {
    connect: async () => {
      const client = await pool.connect().catch(unlessTheServersOwn);
      const known = clients.get(client) ?? withProblems(client);
      clients.set(client, known);
      return known;
    },
    end: () => pool.end(),
    options: pool.options,
  };
}

function withProblems(client: pg.PoolClient): PostgresPoolClient {
  return {
    query: (text: unknown, values?: readonly unknown[]): never => {
      if (typeof text !== 'string') throw new TypeError('No cursor is used here');
      const answer = client.query(text, [...(values ?? [])]).catch(unlessTheServersOwn);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Kysely's two overloads in one function
      return answer as never;
    },
    release: (destroy) => {
      client.release(destroy);
    },
  };
}

/** An error without an SQLSTATE is not the server's: it could not be reached, or went away in between. */
function unlessTheServersOwn(error: unknown): never {
  const isServers = error instanceof pg.DatabaseError && error.code !== undefined;
  throw isServers ? error : storageError('storage_unavailable', { cause: error });
}
