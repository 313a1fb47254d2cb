import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyChain } from '#gateway/case/audit.ts';
import { recordAudit } from '#gateway/case/audit-log.ts';
import { auditContentOf, auditEntriesOf } from '#gateway/storage/audit-store.ts';
import { insertCertificate } from '#gateway/storage/certificate-store.ts';
import { openDatabase, type Connection } from '#gateway/storage/database.ts';
import { deleteDocuments, keepDocumentKey } from '#gateway/storage/document-store.ts';
import {
  changeState,
  devicesOf,
  findRegistration,
  insertRegistration,
  listRegistrations,
  type StoredRegistration,
} from '#gateway/storage/registration-store.ts';
import {
  consumeNonce,
  forgetExpired,
  isNonceUsed,
  recallAnswer,
  receiveRequest,
  rememberAnswer,
} from '#gateway/storage/request-memory-store.ts';
import { inTransaction } from '#gateway/storage/transaction.ts';
import { engineMissing, engines, startEngine, type Engine } from './engine.ts';

const keyId = 'k'.repeat(43);
/** Beyond 32 bits, as times will be and numbers in a database like to get. */
const LATE = 5_000_000_000;

function registrationAt(submittedAt: number): StoredRegistration {
  return {
    ...{ id: randomUUID(), state: 'submitted', profile: 'pk-pta@1', route: 'B', category: 'freelancer' },
    fields: { purpose: 'کام "quoted" \\ \u0001' },
    endpoints: [{ public_key: 'x'.repeat(44), host: 'vpn.example', port: 51_820 }],
    consent: { text: 'yes', given_at: 1_790_000_000 },
    ...{ note: null, statement: null, amends: null, submitted_at: submittedAt, changed_at: submittedAt },
  };
}

const device = (thumbprint: string) => ({ thumbprint, x: 'x'.repeat(43) });

describe.each(engines.filter((name) => engineMissing(name) === undefined))(
  'gateway storage on %s',
  (name) => {
    let engine: Engine;
    let where: string;
    let database: Connection;
    /**
     * On PostgreSQL another process's, as it were. SQLite's are one process's: a second connection in this one would wait,
     * by blocking it, for the first, which then could not go on.
     */
    let other: Connection;

    beforeAll(async () => {
      engine = startEngine(name);
      where = engine.newDatabase();
      database = await openDatabase(where);
      other = name === 'sqlite' ? database : await openDatabase(where);
    });
    afterAll(async () => {
      await database.destroy();
      if (other !== database) await other.destroy();
      engine.remove();
    });

    const appendTo = (connection: Connection, registration: string, count: number) =>
      Array.from({ length: count }, (_, index) =>
        inTransaction(connection, (transaction) =>
          recordAudit(transaction, { registration, at: index, actor: 'a', action: 'b', content: { index } }),
        ),
      );

    it('can be opened again, migrations done', async () => {
      const again = await openDatabase(where);
      await expect(again.selectFrom('registration').selectAll().execute()).resolves.toEqual([]);
      await again.destroy();
    });

    it.runIf(name === 'postgresql')('is made once by several that open it new at the same time', async () => {
      const fresh = engine.newDatabase();
      const opened = await Promise.all(Array.from({ length: 4 }, () => openDatabase(fresh)));
      for (const one of opened) {
        expect(await listRegistrations(one)).toEqual([]);
        await one.destroy();
      }
    });

    it('gives back what it was given, and numbers as numbers', async () => {
      const stored = registrationAt(LATE);
      await insertRegistration(database, stored, device(keyId));
      expect(await findRegistration(other, stored.id)).toEqual(stored);
      const { rows } = await sql<object>`select count(*) as count from registration`.execute(database);
      expect(rows).toEqual([{ count: 1 }]);
      expect(Object.getPrototypeOf(rows[0])).toBe(Object.prototype);
    });

    it.runIf(name === 'sqlite')('leaves nothing of a key that was deleted in the file', async () => {
      const wrapped = 'w'.repeat(60);
      const stored = registrationAt(1);
      await insertRegistration(database, stored, device('destroyed'));
      const { id } = stored;
      await keepDocumentKey(database, id, wrapped);
      const checkpoint = sql`pragma wal_checkpoint(truncate)`;
      await checkpoint.execute(database);
      expect(readFileSync(where).includes(wrapped)).toBe(true);
      await deleteDocuments(database, id);
      await checkpoint.execute(database);
      expect(readFileSync(where).includes(wrapped)).toBe(false);
    });

    it('lists devices in one order, whatever the language', async () => {
      const stored = registrationAt(1);
      await insertRegistration(database, stored, device('b'));
      for (const thumbprint of ['B', '_', 'a', '-']) {
        const added = { ...device(thumbprint), registration: stored.id, added_at: 1 };
        await database.insertInto('device').values(added).execute();
      }
      const order = (await devicesOf(database, stored.id)).map(({ thumbprint }) => thumbprint);
      expect(order).toEqual(['-', 'B', '_', 'a', 'b']);
    });

    it('lets a nonce be consumed once, also by fifty at the same time', async () => {
      const attempts = Array.from({ length: 50 }, (_, index) =>
        consumeNonce(index % 2 === 0 ? database : other, { keyId, nonce: 'n', expiresAt: 100 }),
      );
      const consumed = (await Promise.all(attempts)).filter(Boolean);
      expect(consumed).toHaveLength(1);
    });

    it('lets one of twenty transactions with the same nonce happen, and tells the others', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          inTransaction(index % 2 === 0 ? database : other, async (transaction) => {
            const isFirst = await consumeNonce(transaction, { keyId, nonce: 'raced', expiresAt: 100 });
            if (isFirst) await insertRegistration(transaction, registrationAt(2), device('raced'));
            return isFirst;
          }),
        ),
      );
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      expect(
        (await listRegistrations(database)).filter(({ submitted_at }) => submitted_at === 2),
      ).toHaveLength(1);
    });

    it('forgets a nonce only after it has expired', async () => {
      await forgetExpired(database, 100);
      expect(await isNonceUsed(database, { keyId, nonce: 'n' })).toBe(true);
      await forgetExpired(database, 101);
      expect(await isNonceUsed(database, { keyId, nonce: 'n' })).toBe(false);
    });

    it('remembers the first answer to an idempotency key, of twenty given at the same time too', async () => {
      const remembered = { keyId, idempotencyKey: 'i', requestDigest: 'd', expiresAt: 1000 };
      const firsts = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          inTransaction(index % 2 === 0 ? database : other, (transaction) =>
            rememberAnswer(transaction, { ...remembered, answer: String(index) }),
          ),
        ),
      );
      expect(firsts.filter(Boolean)).toHaveLength(1);
      const recalled = await recallAnswer(database, remembered);
      expect(recalled).toEqual({ requestDigest: 'd', answer: String(firsts.indexOf(true)) });
    });

    it('tells in one question whether a request is new and what it was answered before', async () => {
      const request = { keyId, nonce: 'first', expiresAt: 1000, idempotencyKey: 'received' };
      const receive = (nonce: string) =>
        inTransaction(other, (transaction) => receiveRequest(transaction, { ...request, nonce }));
      expect(await receive('first')).toEqual({ isNonceNew: true, remembered: undefined });
      expect(await receive('first')).toEqual({ isNonceNew: false, remembered: undefined });
      await rememberAnswer(database, { ...request, requestDigest: 'd', answer: '{}' });
      const remembered = { requestDigest: 'd', answer: '{}' };
      expect(await receive('second')).toEqual({ isNonceNew: true, remembered });
      expect(await receive('second')).toEqual({ isNonceNew: false, remembered });
    });

    it('keeps the audit chain whole under concurrent transactions of two processes', async () => {
      const registration = randomUUID();
      const appended = await Promise.allSettled([
        ...appendTo(database, registration, 10),
        ...appendTo(other, registration, 10),
      ]);
      const done = appended.filter(({ status }) => status === 'fulfilled').length;
      // Who was overtaken again and again is told so, and has changed nothing.
      for (const outcome of appended) {
        if (outcome.status === 'rejected')
          expect(outcome.reason).toMatchObject({ problem: { code: 'storage_busy' } });
      }
      expect(done).toBeGreaterThan(0);
      const entries = await auditEntriesOf(database, registration);
      expect(entries.map(({ sequence }) => sequence)).toEqual(
        Array.from({ length: done }, (_, index) => index + 1),
      );
      expect(verifyChain(entries, await auditContentOf(database, registration))).toEqual({
        kind: 'intact',
        withoutContent: 0,
      });
    });

    it('lets one of many decisions about a case be taken', async () => {
      const stored = registrationAt(3);
      await insertRegistration(database, stored, device('d'));
      const decide = (connection: Connection, to: 'attested' | 'rejected') =>
        inTransaction(connection, async (transaction) => {
          const found = await findRegistration(transaction, stored.id);
          const change = { id: stored.id, from: 'submitted', to, at: 4 } as const;
          if (found?.state !== 'submitted' || !(await changeState(transaction, change))) return false;
          await recordAudit(transaction, {
            registration: stored.id,
            at: 4,
            actor: 'a',
            action: to,
            content: {},
          });
          return true;
        });
      const outcomes = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          decide(index % 2 === 0 ? database : other, index % 3 === 0 ? 'attested' : 'rejected'),
        ),
      );
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      expect(await auditEntriesOf(database, stored.id)).toHaveLength(1);
    });

    it('lets no change happen on what another has changed since it was read', async () => {
      const stored = registrationAt(5);
      await insertRegistration(database, stored, device('e'));
      const states: (string | undefined)[] = [];
      // Reads "submitted", then lets the other one finish, then appends: on what it saw, that would be wrong.
      let interfere = true;
      await inTransaction(database, async (transaction) => {
        states.push((await findRegistration(transaction, stored.id))?.state);
        if (interfere && name === 'postgresql') {
          interfere = false;
          await inTransaction(other, async (rival) => {
            await changeState(rival, { id: stored.id, from: 'submitted', to: 'attested', at: 6 });
            await recordAudit(rival, {
              registration: stored.id,
              at: 6,
              actor: 'a',
              action: 'attest',
              content: {},
            });
          });
        }
        await recordAudit(transaction, {
          registration: stored.id,
          at: 7,
          actor: 'a',
          action: 'b',
          content: {},
        });
      });
      // SQLite lets nobody in between.
      expect(states).toEqual(name === 'postgresql' ? ['submitted', 'attested'] : ['submitted']);
    });

    it('undoes everything of a transaction that fails, and fails as itself', async () => {
      const failed = inTransaction(database, async (transaction) => {
        await consumeNonce(transaction, { keyId, nonce: 'undone', expiresAt: 100 });
        throw new Error('no');
      });
      await expect(failed).rejects.toThrow('no');
      expect(await isNonceUsed(database, { keyId, nonce: 'undone' })).toBe(false);
    });

    it('gives a status index to one certificate alone', async () => {
      const stored = registrationAt(8);
      await insertRegistration(database, stored, device('f'));
      const certificate = {
        registration: stored.id,
        device: 'f',
        statusIndex: 7,
        issuedAt: 1,
        expiresAt: LATE,
      };
      expect(await insertCertificate(database, { ...certificate, jti: 'one' })).toBe(true);
      expect(await insertCertificate(database, { ...certificate, jti: 'one' })).toBe(false);
      await expect(insertCertificate(database, { ...certificate, jti: 'two' })).rejects.toThrow(/unique/i);
    });

    it.runIf(name === 'postgresql')(
      'that answers before it has written is refused, by the setting’s name',
      async () => {
        const careless = engine.newDatabase();
        const opened = await openDatabase(careless);
        await sql`do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$`.execute(
          opened,
        );
        await opened.destroy();
        await expect(openDatabase(careless)).rejects.toThrow(
          /^database_not_durable.*synchronous_commit is off/s,
        );
      },
    );

    it.runIf(name === 'postgresql')('that is not there is a problem with a next action', async () => {
      const nowhere = openDatabase('postgresql:///none?host=/nonexistent&user=sanad');
      await expect(nowhere).rejects.toMatchObject({ problem: { code: 'storage_unavailable' } });
    });
  },
);
