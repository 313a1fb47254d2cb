import type { DatabaseSync } from 'node:sqlite';
import type { StatusValue } from '#shared/registration/status-list.ts';

export interface IndexStatus {
  readonly index: number;
  /** Not VALID. */
  readonly status: StatusValue;
}

const REVOKED: StatusValue = 1;

/**
 * Takes what a list says that was published after this database was copied: what it says is revoked or suspended stays so,
 * and its indices are never given again. The registrations concerned get no certificate until a reviewer has attested them
 * anew: whether they were revoked, or a certificate was only superseded, the list does not tell. They are given back.
 */
export function adoptStatuses(database: DatabaseSync, statuses: Iterable<IndexStatus>): readonly string[] {
  const concerned = new Set<string>();
  for (const status of statuses) {
    const registration = adoptStatus(database, status);
    if (registration !== undefined) concerned.add(registration);
  }
  for (const registration of forgetUnproved(database)) concerned.add(registration);
  return [...concerned];
}

/**
 * Attestations that no certificate speaks for: one that is not revoked in the list says that its registration is not either.
 * Without one the registration may have been revoked since, before its first certificate, or with one that nobody knows
 * any more.
 */
function forgetUnproved(database: DatabaseSync): readonly string[] {
  return database
    .prepare(
      `DELETE FROM attestation WHERE registration NOT IN (SELECT registration FROM certificate WHERE status <> ?)
         AND registration NOT IN (SELECT registration FROM revocation)
         AND registration NOT IN (SELECT registration FROM ended)
       RETURNING registration`,
    )
    .all(REVOKED)
    .map(({ registration }) => String(registration));
}

/** The registration, where this status was not known of it. */
function adoptStatus(database: DatabaseSync, { index, status }: IndexStatus): string | undefined {
  const known = database
    .prepare('SELECT registration, status FROM certificate WHERE status_index = ?')
    .get(index);
  if (known === undefined) {
    noteUnknown(database, { index, status });
    return undefined;
  }
  // Revoked is for good; what is suspended here and not there stays so too, until somebody says otherwise.
  if (known['status'] === status || known['status'] === REVOKED) return undefined;
  const registration = String(known['registration']);
  database.prepare('UPDATE certificate SET status = ? WHERE status_index = ?').run(status, index);
  database.prepare('DELETE FROM attestation WHERE registration = ?').run(registration);
  return registration;
}

/** Of a certificate that was issued since, whose registration nobody knows any more. */
function noteUnknown(database: DatabaseSync, { index, status }: IndexStatus): void {
  database
    .prepare(
      `INSERT INTO certificate
       (status_index, jti, registration, device, statement_digest, status, issued_at, expires_at)
       VALUES (?, ?, 'unknown', '', '', ?, 0, 0)`,
    )
    .run(index, `unknown-${index}`, status);
}
