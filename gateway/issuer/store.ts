import type { DatabaseSync } from 'node:sqlite';
import { copySqlite, openSqlite } from '../storage/node-sqlite.ts';
import { adoptStatuses, type IndexStatus } from './adopt-statuses.ts';
import { CHECKPOINT_TABLE, keepCheckpoint, keptCheckpoint, type KeptCheckpoint } from './kept-checkpoint.ts';
import { Standing, STANDING_TABLES, type NotedAttestation, type NotedSuspension } from './standing.ts';
import type { StatusValue } from '#shared/registration/status-list.ts';

/** 2 bits each: 32 KB before compression. The anonymity of a certificate's index is this large. */
export const STATUS_LIST_SIZE = 131_072;
/** Above this, finding a free index by chance takes too many tries. */
const MOST_USED_INDICES = Math.floor(STATUS_LIST_SIZE * 0.9);
const [VALID, REVOKED, SUSPENDED] = [0, 1, 2] as const satisfies readonly StatusValue[];

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
  readonly #standing: Standing;
  #changes = 0;

  /** Takes the database for itself: a second issuer on the same directory would publish a second truth. */
  constructor(file: string) {
    this.#database = openSqlite(file);
    this.#standing = new Standing(this.#database);
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
      CREATE TABLE IF NOT EXISTS superseded (
        status_index INTEGER PRIMARY KEY REFERENCES certificate (status_index),
        at INTEGER NOT NULL
      ) STRICT;
      ${STANDING_TABLES}
      CREATE TABLE IF NOT EXISTS published (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        issued_at INTEGER NOT NULL,
        list TEXT NOT NULL,
        is_current INTEGER NOT NULL
      ) STRICT;
      ${CHECKPOINT_TABLE}
      COMMIT;`);
  }

  /** Grows with every change of a status: tells whether one happened while a list was being signed. */
  get changes(): number {
    return this.#changes;
  }

  close(): void {
    this.#database.close();
  }

  /** Reads only; what changes it goes through the methods below. */
  get standing(): Pick<
    Standing,
    'isRevoked' | 'isSuspended' | 'isEnded' | 'isAttestedDevice' | 'notedAttestation' | 'amends'
  > {
    return this.#standing;
  }

  /**
   * False where another statement is noted that was not signed earlier. Certificates of devices that are no longer
   * listed are revoked.
   */
  noteAttestation(attestation: NotedAttestation): boolean {
    return this.#transaction(() => {
      if (!this.#standing.noteAttestation(attestation)) return false;
      this.#setStatus(
        `registration = ?1 AND status <> ${REVOKED}
         AND device NOT IN (SELECT device FROM attested_device WHERE registration = ?1)`,
        REVOKED,
        attestation.registration,
      );
      return true;
    });
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
   * Notes a certificate under a random index that was never used; undefined where the list is full. Before the
   * certificate is signed, so that no crash lets an index be given twice. The device's former certificates are
   * superseded by it.
   */
  reserve(certificate: IssuedCertificate, random: (below: number) => number): number | undefined {
    const used = this.#database.prepare('SELECT count(*) AS used FROM certificate').get();
    if (Number(used?.['used']) >= MOST_USED_INDICES) return undefined;
    return this.#transaction(() => {
      const index = this.#insert(certificate, random);
      const { registration, device, issuedAt } = certificate;
      this.#database
        .prepare(
          `INSERT INTO superseded (status_index, at) SELECT status_index, ? FROM certificate
           WHERE registration = ? AND device = ? AND status_index <> ? ON CONFLICT DO NOTHING`,
        )
        .run(issuedAt, registration, device, index);
      return index;
    });
  }

  #insert(certificate: IssuedCertificate, random: (below: number) => number): number {
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

  /** Revokes what was superseded before this time. */
  revokeSuperseded(before: number): void {
    this.#transaction(() =>
      this.#setStatus(
        `status_index IN (SELECT status_index FROM superseded WHERE at <= ?) AND status <> ${REVOKED}`,
        REVOKED,
        before,
      ),
    );
  }

  /**
   * A registration takes the place of the one that it amends: no certificate of that one is given any more, and
   * those of this device, and of devices that the new one no longer lists, are revoked.
   */
  takeOver(of: {
    readonly amends: string;
    readonly by: string;
    readonly device: string;
    readonly at: number;
  }): void {
    this.#transaction(() => {
      this.#standing.noteEnd(of.amends, of.by, of.at);
      this.#setStatus(
        `registration = ? AND status <> ${REVOKED} AND (device = ?
         OR device NOT IN (SELECT device FROM attested_device WHERE registration = ?))`,
        REVOKED,
        ...[of.amends, of.device, of.by],
      );
    });
  }

  /**
   * Stores a revocation for good, with everything that continues the registration, and sets the status of all
   * certificates, also of those whose place it has taken; how many those are. `signedByDevice`: by a device's own withdrawal, which reaches only what
   * attests that device: a key that an amendment has removed ends nothing of it.
   */
  revoke(revocation: {
    readonly registration: string;
    readonly statement: string;
    readonly at: number;
    readonly signedByDevice?: string;
  }): number {
    const { registration, statement, at, signedByDevice: device } = revocation;
    return this.#transaction(() => {
      const reached = this.#standing
        .successors(registration)
        .filter((one) => device === undefined || this.#standing.isAttestedDevice(one, device));
      let revoked = 0;
      for (const one of [registration, ...reached]) {
        this.#standing.noteRevocation(one, statement, at);
        revoked += this.#setStatus(`registration = ? AND status <> ${REVOKED}`, REVOKED, one);
      }
      for (const one of this.#standing.predecessors(registration)) {
        revoked += this.#setStatus(`registration = ? AND status <> ${REVOKED}`, REVOKED, one);
      }
      return revoked;
    });
  }

  /** Notes a suspension or its end; how many certificates it concerns, undefined where a later one is noted. */
  suspend(suspension: NotedSuspension): number | undefined {
    return this.#transaction(() => {
      if (!this.#standing.noteSuspension(suspension)) return undefined;
      const { isSuspended } = suspension;
      const [from, to] = isSuspended ? ([VALID, SUSPENDED] as const) : ([SUSPENDED, VALID] as const);
      const { registration } = suspension;
      return [registration, ...this.#standing.predecessors(registration)]
        .map((one) => this.#setStatus(`registration = ? AND status = ${from}`, to, one))
        .reduce((sum, changed) => sum + changed, 0);
    });
  }

  #setStatus(where: string, status: StatusValue, ...values: readonly (string | number)[]): number {
    const { changes } = this.#database
      .prepare(`UPDATE certificate SET status = ${status} WHERE ${where}`)
      .run(...values);
    if (Number(changes) > 0) {
      this.#database.exec('UPDATE published SET is_current = 0');
      this.#changes++;
    }
    return Number(changes);
  }

  /** Every index whose status is not VALID. Expired certificates too: an expired one stays revoked. */
  *statuses(): Generator<{ readonly index: number; readonly status: StatusValue }> {
    const rows = this.#database.prepare('SELECT status_index, status FROM certificate WHERE status <> 0');
    for (const row of rows.iterate()) {
      yield { index: Number(row['status_index']), status: row['status'] === SUSPENDED ? SUSPENDED : REVOKED };
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

  copyTo(file: string): void {
    copySqlite(this.#database, file);
  }

  /** Takes what was published after this database was copied; whose certificates it concerns. */
  adopt(list: PublishedList & { readonly statuses: Iterable<IndexStatus> }): readonly string[] {
    return this.#transaction(() => {
      const concerned = adoptStatuses(this.#database, list.statuses);
      this.publish({ text: list.text, issuedAt: list.issuedAt, isCurrent: false });
      this.#changes++;
      return concerned;
    });
  }

  checkpoint(): KeptCheckpoint | undefined {
    return keptCheckpoint(this.#database);
  }

  /** Before it is given to anyone, so that no crash lets its number be used twice. */
  keepCheckpoint(checkpoint: KeptCheckpoint): void {
    keepCheckpoint(this.#database, checkpoint);
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
