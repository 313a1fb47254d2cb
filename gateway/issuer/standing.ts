import type { DatabaseSync } from 'node:sqlite';

/** What the issuer remembers of statements: which attestation is in force, what is suspended, ended, revoked. */
export const STANDING_TABLES = `
  CREATE TABLE IF NOT EXISTS attestation (
    registration TEXT PRIMARY KEY,
    statement_digest TEXT NOT NULL,
    signed_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS attested_device (
    registration TEXT NOT NULL,
    device TEXT NOT NULL,
    PRIMARY KEY (registration, device)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS amendment (
    registration TEXT PRIMARY KEY,
    amends TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS amendment_by_amends ON amendment (amends);
  CREATE TABLE IF NOT EXISTS suspension (
    registration TEXT PRIMARY KEY,
    is_suspended INTEGER NOT NULL,
    statement TEXT NOT NULL,
    signed_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS ended (
    registration TEXT PRIMARY KEY,
    successor TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS revocation (
    registration TEXT PRIMARY KEY,
    statement TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;`;

export interface NotedAttestation {
  readonly registration: string;
  /** SHA-256 of the statement. */
  readonly statementDigest: string;
  readonly signedAt: number;
  readonly devices: readonly string[];
  readonly amends: string | undefined;
}

export interface NotedSuspension {
  readonly registration: string;
  readonly isSuspended: boolean;
  readonly statement: string;
  readonly signedAt: number;
}

/** Each method is part of a transaction of `IssuerStore`. */
export class Standing {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** False unless it was signed later than the one that is noted. The same one again is noted already, too. */
  noteAttestation({ registration, statementDigest, signedAt, devices, amends }: NotedAttestation): boolean {
    const noted = this.#run(
      `INSERT INTO attestation (registration, statement_digest, signed_at) VALUES (?, ?, ?)
       ON CONFLICT (registration) DO UPDATE
       SET statement_digest = excluded.statement_digest, signed_at = excluded.signed_at
       WHERE excluded.signed_at > attestation.signed_at OR (excluded.signed_at = attestation.signed_at
         AND excluded.statement_digest = attestation.statement_digest)`,
      ...[registration, statementDigest, signedAt],
    );
    if (noted === 0) return false;
    this.#run('DELETE FROM attested_device WHERE registration = ?', registration);
    for (const device of new Set(devices)) {
      this.#run('INSERT INTO attested_device (registration, device) VALUES (?, ?)', registration, device);
    }
    this.#run('DELETE FROM amendment WHERE registration = ?', registration);
    if (amends !== undefined) {
      this.#run('INSERT INTO amendment (registration, amends) VALUES (?, ?)', registration, amends);
    }
    return true;
  }

  /** SHA-256 of the attestation in force. */
  notedAttestation(registration: string): string | undefined {
    return this.#text(
      'SELECT statement_digest AS value FROM attestation WHERE registration = ?',
      registration,
    );
  }

  isAttestedDevice(registration: string, device: string): boolean {
    const found = this.#text(
      // Attestations noted before devices were: whoever was given a certificate was attested.
      `SELECT device AS value FROM attested_device WHERE registration = ?1 AND device = ?2
       UNION SELECT device FROM certificate WHERE registration = ?1 AND device = ?2
         AND NOT EXISTS (SELECT 1 FROM attested_device WHERE registration = ?1)`,
      ...[registration, device],
    );
    return found !== undefined;
  }

  amends(registration: string): string | undefined {
    return this.#text('SELECT amends AS value FROM amendment WHERE registration = ?', registration);
  }

  /** Everything that continues a registration: its amendments, theirs, and so on. */
  successors(registration: string): readonly string[] {
    return this.#identifiers(
      `WITH RECURSIVE successor (id) AS (
           SELECT registration FROM amendment WHERE amends = ?
           UNION SELECT amendment.registration FROM amendment JOIN successor ON amends = successor.id
       ) SELECT id FROM successor`,
      registration,
    );
  }

  /** Everything whose place it has taken: some devices may still have certificates of those. */
  predecessors(registration: string): readonly string[] {
    return this.#identifiers(
      `WITH RECURSIVE predecessor (id) AS (
           SELECT registration FROM ended WHERE successor = ?
           UNION SELECT ended.registration FROM ended JOIN predecessor ON successor = predecessor.id
       ) SELECT id FROM predecessor`,
      registration,
    );
  }

  isSuspended(registration: string): boolean {
    return this.#has(
      'SELECT 1 AS value FROM suspension WHERE registration = ? AND is_suspended = 1',
      registration,
    );
  }

  /**
   * False where a statement signed later is noted already: nobody goes back to an old `reinstate`. Of two signed in
   * the same second `suspend` counts.
   */
  noteSuspension({ registration, isSuspended, statement, signedAt }: NotedSuspension): boolean {
    const noted = this.#run(
      `INSERT INTO suspension (registration, is_suspended, statement, signed_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (registration) DO UPDATE
       SET is_suspended = excluded.is_suspended, statement = excluded.statement, signed_at = excluded.signed_at
       WHERE excluded.signed_at > suspension.signed_at
         OR (excluded.signed_at = suspension.signed_at AND excluded.is_suspended >= suspension.is_suspended)`,
      ...[registration, isSuspended ? 1 : 0, statement, signedAt],
    );
    return noted === 1;
  }

  isRevoked(registration: string): boolean {
    return this.#has('SELECT 1 AS value FROM revocation WHERE registration = ?', registration);
  }

  /** For good. */
  noteRevocation(registration: string, statement: string, at: number): void {
    this.#run(
      'INSERT INTO revocation (registration, statement, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      ...[registration, statement, at],
    );
  }

  /** Another registration has taken its place. */
  isEnded(registration: string): boolean {
    return this.#has('SELECT 1 AS value FROM ended WHERE registration = ?', registration);
  }

  noteEnd(registration: string, successor: string, at: number): void {
    this.#run(
      'INSERT INTO ended (registration, successor, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      ...[registration, successor, at],
    );
  }

  #run(sql: string, ...values: readonly (string | number)[]): number {
    return Number(this.#database.prepare(sql).run(...values).changes);
  }

  #identifiers(query: string, registration: string): readonly string[] {
    return this.#database
      .prepare(query)
      .all(registration)
      .map(({ id }) => String(id));
  }

  #has(sql: string, registration: string): boolean {
    return this.#text(sql, registration) !== undefined;
  }

  #text(sql: string, ...values: readonly string[]): string | undefined {
    const row = this.#database.prepare(sql).get(...values);
    return row === undefined ? undefined : String(row['value']);
  }
}
