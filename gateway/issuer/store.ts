import type { DatabaseSync } from 'node:sqlite';
import { openSqlite } from '../storage/node-sqlite.ts';
import type { StatusValue } from '#shared/registration/status-list.ts';

/** 2 bits each: 32 KB before compression. The anonymity of a certificate's index is this large. */
export const STATUS_LIST_SIZE = 131_072;
/** Above this, finding a free index by chance takes too many tries. */
const MOST_USED_INDICES = Math.floor(STATUS_LIST_SIZE * 0.9);
const REVOKED: StatusValue = 1;

export interface IssuedCertificate {
  readonly jti: string;
  readonly registration: string;
  readonly device: string;
  /** SHA-256 of the attestation that it was issued on. */
  readonly statementDigest: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export interface PublishedList {
  readonly text: string;
  readonly issuedAt: number;
}

/**
 * The issuer's memory: which index was ever given, what is revoked, what was published last. Synchronous, so
 * that each call is one indivisible step; on the disk before it returns.
 */
export class IssuerStore {
  readonly #database: DatabaseSync;
  #changes = 0;

  /** Takes the database for itself: a second issuer on the same directory would publish a second truth. */
  constructor(file: string) {
    this.#database = openSqlite(file);
    this.#database.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      BEGIN IMMEDIATE;
      CREATE TABLE IF NOT EXISTS certificate (
        status_index INTEGER PRIMARY KEY,
        jti TEXT NOT NULL UNIQUE,
        registration TEXT NOT NULL,
        device TEXT NOT NULL,
        statement_digest TEXT NOT NULL,
        status INTEGER NOT NULL,
        issued_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS certificate_by_registration ON certificate (registration);
      CREATE TABLE IF NOT EXISTS attestation (
        registration TEXT PRIMARY KEY,
        statement_digest TEXT NOT NULL,
        signed_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS revocation (
        registration TEXT PRIMARY KEY,
        statement TEXT NOT NULL,
        at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS published (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        issued_at INTEGER NOT NULL,
        list TEXT NOT NULL,
        is_current INTEGER NOT NULL
      ) STRICT;
      COMMIT;`);
  }

  /** Grows with every change of a status: tells whether one happened while a list was being signed. */
  get changes(): number {
    return this.#changes;
  }

  close(): void {
    this.#database.close();
  }

  isRevoked(registration: string): boolean {
    return (
      this.#database.prepare('SELECT 1 FROM revocation WHERE registration = ?').get(registration) !==
      undefined
    );
  }

  /** False where a statement signed later is noted already. The same one again is noted already, too. */
  noteAttestation(attestation: {
    readonly registration: string;
    readonly statementDigest: string;
    readonly signedAt: number;
  }): boolean {
    const { registration, statementDigest, signedAt } = attestation;
    const { changes } = this.#database
      .prepare(
        `INSERT INTO attestation (registration, statement_digest, signed_at) VALUES (?, ?, ?)
         ON CONFLICT (registration) DO UPDATE
         SET statement_digest = excluded.statement_digest, signed_at = excluded.signed_at
         WHERE excluded.signed_at >= attestation.signed_at`,
      )
      .run(registration, statementDigest, signedAt);
    return Number(changes) === 1;
  }

  /** SHA-256 of the attestation in force. */
  notedAttestation(registration: string): string | undefined {
    const row = this.#database
      .prepare('SELECT statement_digest FROM attestation WHERE registration = ?')
      .get(registration);
    return row === undefined ? undefined : String(row['statement_digest']);
  }

  /** The newest certificate of a device on this attestation, revoked or not. */
  lastCertificate(of: {
    readonly registration: string;
    readonly device: string;
    readonly statementDigest: string;
  }): (IssuedCertificate & { readonly index: number }) | undefined {
    const row = this.#database
      .prepare(
        `SELECT status_index, jti, issued_at, expires_at FROM certificate
         WHERE registration = ? AND device = ? AND statement_digest = ? ORDER BY issued_at DESC LIMIT 1`,
      )
      .get(of.registration, of.device, of.statementDigest);
    if (row === undefined) return undefined;
    const [issuedAt, expiresAt] = [Number(row['issued_at']), Number(row['expires_at'])];
    return { ...of, jti: String(row['jti']), issuedAt, expiresAt, index: Number(row['status_index']) };
  }

  /**
   * Notes a certificate under a random index that was never used; undefined where the list is full.
   * Before the certificate is signed, so that no crash lets an index be given twice.
   */
  reserve(certificate: IssuedCertificate, random: (below: number) => number): number | undefined {
    const used = this.#database.prepare('SELECT count(*) AS used FROM certificate').get();
    if (Number(used?.['used']) >= MOST_USED_INDICES) return undefined;
    const insert = this.#database.prepare(
      `INSERT INTO certificate
       (status_index, jti, registration, device, statement_digest, status, issued_at, expires_at)
       VALUES (?, ?, ?, ?, ?, 0, ?, ?) ON CONFLICT (status_index) DO NOTHING`,
    );
    for (;;) {
      const index = random(STATUS_LIST_SIZE);
      const { jti, registration, device, statementDigest, issuedAt, expiresAt } = certificate;
      const row = [index, jti, registration, device, statementDigest, issuedAt, expiresAt];
      const { changes } = insert.run(...row);
      if (Number(changes) === 1) return index;
    }
  }

  /** Stores the revocation for good and sets the status of all its certificates; how many those are. */
  revoke(revocation: {
    readonly registration: string;
    readonly statement: string;
    readonly at: number;
  }): number {
    const { registration, statement, at } = revocation;
    return this.#transaction(() => {
      this.#database
        .prepare(
          'INSERT INTO revocation (registration, statement, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
        )
        .run(registration, statement, at);
      const { changes } = this.#database
        .prepare('UPDATE certificate SET status = ? WHERE registration = ? AND status <> ?')
        .run(REVOKED, registration, REVOKED);
      if (Number(changes) > 0) {
        this.#database.exec('UPDATE published SET is_current = 0');
        this.#changes++;
      }
      return Number(changes);
    });
  }

  /** Every index whose status is not VALID. Expired certificates too: an expired one stays revoked. */
  *statuses(): Generator<{ readonly index: number; readonly status: StatusValue }> {
    const rows = this.#database.prepare('SELECT status_index, status FROM certificate WHERE status <> 0');
    for (const row of rows.iterate()) {
      yield { index: Number(row['status_index']), status: row['status'] === 2 ? 2 : REVOKED };
    }
  }

  /** The list last published, and whether it still says everything. */
  published(): (PublishedList & { readonly isCurrent: boolean }) | undefined {
    const row = this.#database.prepare('SELECT issued_at, list, is_current FROM published').get();
    if (row === undefined) return undefined;
    return {
      issuedAt: Number(row['issued_at']),
      text: String(row['list']),
      isCurrent: row['is_current'] === 1,
    };
  }

  /** Before the list is given to anyone, so that no crash lets its `iat` be used twice. */
  publish(list: PublishedList & { readonly isCurrent: boolean }): void {
    this.#database
      .prepare(
        `INSERT INTO published (id, issued_at, list, is_current) VALUES (1, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET issued_at = excluded.issued_at, list = excluded.list,
         is_current = excluded.is_current`,
      )
      .run(list.issuedAt, list.text, list.isCurrent ? 1 : 0);
  }

  #transaction<T>(change: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = change();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite has ended the transaction itself after some errors, a full disk among them.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}
