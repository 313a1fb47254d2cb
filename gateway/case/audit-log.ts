import { randomBytes } from 'node:crypto';
import { insertAuditEntry, lastAuditEntry } from '../storage/audit-store.ts';
import type { Connection } from '../storage/database.ts';
import { chainEntry, type AuditEvent } from './audit.ts';

/** Appends to a registration's chain; within the transaction that makes the change it tells of. */
export async function recordAudit(connection: Connection, event: Omit<AuditEvent, 'salt'>): Promise<void> {
  const last = await lastAuditEntry(connection, event.registration);
  const { entry, content } = chainEntry({ ...event, salt: randomBytes(32).toString('hex') }, last);
  await insertAuditEntry(connection, entry, content);
}
