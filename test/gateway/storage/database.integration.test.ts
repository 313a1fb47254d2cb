import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyChain } from '#gateway/case/audit.ts';
import { recordAudit } from '#gateway/case/audit-log.ts';
import { auditContentOf, auditEntriesOf } from '#gateway/storage/audit-store.ts';
import { openDatabase, type Connection } from '#gateway/storage/database.ts';
import {
  consumeNonce,
  forgetExpired,
  isNonceUsed,
  rememberAnswer,
} from '#gateway/storage/request-memory-store.ts';

const directory = mkdtempSync(join(tmpdir(), 'sanad-storage-'));
const file = join(directory, 'gateway.db');
let database: Connection;

beforeAll(async () => {
  database = await openDatabase(file);
});
afterAll(async () => {
  await database.destroy();
  rmSync(directory, { recursive: true });
});

const keyId = 'k'.repeat(43);

describe('gateway storage', () => {
  it('can be opened again, migrations done', async () => {
    const again = await openDatabase(file);
    await expect(again.selectFrom('registration').selectAll().execute()).resolves.toEqual([]);
    await again.destroy();
  });

  it('lets a nonce be consumed once, also by fifty at the same time', async () => {
    const attempts = Array.from({ length: 50 }, () =>
      consumeNonce(database, { keyId, nonce: 'n', expiresAt: 100 }),
    );
    const consumed = (await Promise.all(attempts)).filter(Boolean);
    expect(consumed).toHaveLength(1);
  });

  it('forgets a nonce only after it has expired', async () => {
    await forgetExpired(database, 100);
    expect(await isNonceUsed(database, { keyId, nonce: 'n' })).toBe(true);
    await forgetExpired(database, 101);
    expect(await isNonceUsed(database, { keyId, nonce: 'n' })).toBe(false);
  });

  it('remembers the first answer to an idempotency key', async () => {
    const remembered = { keyId, idempotencyKey: 'i', requestDigest: 'd', answer: '{}', expiresAt: 1000 };
    expect(await rememberAnswer(database, remembered)).toBe(true);
    expect(await rememberAnswer(database, { ...remembered, answer: '[]' })).toBe(false);
  });

  it('keeps the audit chain whole under concurrent transactions', async () => {
    const registration = 'r';
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        database.transaction().execute((transaction) =>
          recordAudit(transaction, {
            registration,
            at: index,
            actor: 'a',
            action: 'b',
            content: { index },
          }),
        ),
      ),
    );
    const entries = await auditEntriesOf(database, registration);
    expect(entries.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    expect(verifyChain(entries, await auditContentOf(database, registration))).toEqual({
      kind: 'intact',
      withoutContent: 0,
    });
  });

  it('undoes everything of a transaction that fails', async () => {
    const failed = database.transaction().execute(async (transaction) => {
      await consumeNonce(transaction, { keyId, nonce: 'undone', expiresAt: 100 });
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await isNonceUsed(database, { keyId, nonce: 'undone' })).toBe(false);
  });
});
