import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordAudit } from '#gateway/case/audit-log.ts';
import {
  amendmentsOf,
  closeAmendment,
  isOpenAmendment,
  openAmendment,
  openAmendmentOf,
} from '#gateway/storage/amendment-store.ts';
import { auditEntriesAfter, changedSince, lastSequences } from '#gateway/storage/audit-store.ts';
import {
  certificatesOf,
  insertCertificate,
  markReinstated,
  markRevoked,
  markSuperseded,
  markSuspended,
} from '#gateway/storage/certificate-store.ts';
import { openDatabase, type Connection } from '#gateway/storage/database.ts';
import {
  deleteDocument,
  deleteDocuments,
  documentsOf,
  findDocumentKey,
  insertDocument,
  keepDocumentKey,
  knownFiles,
} from '#gateway/storage/document-store.ts';
import { insertMessage, messagesOf } from '#gateway/storage/message-store.ts';
import { changeState, findRegistration, insertRegistration } from '#gateway/storage/registration-store.ts';
import { inTransaction } from '#gateway/storage/transaction.ts';
import { engineMissing, engines, startEngine, type Engine } from './engine.ts';

/** Beyond 32 bits, as times will be. */
const LATE = 5_000_000_000;

describe.each(engines.filter((name) => engineMissing(name) === undefined))(
  'a case’s course on %s',
  (name) => {
    let engine: Engine;
    let database: Connection;
    beforeAll(async () => {
      engine = startEngine(name);
      database = await openDatabase(engine.newDatabase());
    });
    afterAll(async () => {
      await database.destroy();
      engine.remove();
    });

    async function newRegistration(amends: string | null = null, submittedAt = LATE): Promise<string> {
      const id = randomUUID();
      await insertRegistration(
        database,
        {
          ...{ id, amends, state: 'submitted', profile: 'pk-pta@1', route: 'B', category: 'freelancer' },
          ...{
            fields: {},
            endpoints: [],
            consent: { text: 'yes', given_at: 1 },
            note: null,
            statement: null,
          },
          ...{ submitted_at: submittedAt, changed_at: submittedAt },
        },
        { thumbprint: randomUUID(), x: 'x'.repeat(43) },
      );
      return id;
    }

    it('keeps corrected fields, and what a registration amends', async () => {
      const old = await newRegistration();
      const id = await newRegistration(old);
      const change = { id, from: 'submitted', to: 'verifying', at: LATE + 1 } as const;
      expect(await changeState(database, { ...change, fields: { purpose: 'تبدیل' } })).toBe(true);
      const found = await findRegistration(database, id);
      expect(found).toMatchObject({
        amends: old,
        state: 'verifying',
        fields: { purpose: 'تبدیل' },
        changed_at: LATE + 1,
      });
    });

    it('has questions and answers in their order', async () => {
      const id = await newRegistration();
      for (const [index, from] of (['reviewer', 'registrant', 'reviewer'] as const).entries()) {
        await insertMessage(database, id, { at: LATE + index, from, text: `کیا؟ ${index}` });
      }
      expect(await messagesOf(database, id)).toEqual([
        { sequence: 1, at: LATE, from: 'reviewer', text: 'کیا؟ 0' },
        { sequence: 2, at: LATE + 1, from: 'registrant', text: 'کیا؟ 1' },
        { sequence: 3, at: LATE + 2, from: 'reviewer', text: 'کیا؟ 2' },
      ]);
    });

    it('lets one amendment of a registration be open, also when twenty are opened at once', async () => {
      const old = await newRegistration();
      const ids = await Promise.all(Array.from({ length: 20 }, () => newRegistration(old)));
      const opened = await Promise.all(
        ids.map((registration) =>
          inTransaction(database, (transaction) => openAmendment(transaction, { amends: old, registration })),
        ),
      );
      expect(opened.filter(Boolean)).toHaveLength(1);
      const winner = ids[opened.indexOf(true)] ?? '';
      expect(await openAmendmentOf(database, old)).toBe(winner);
      expect(await isOpenAmendment(database, winner)).toBe(true);
      await closeAmendment(database, winner);
      expect(await openAmendmentOf(database, old)).toBeUndefined();
    });

    it('knows what amends a registration, the newest, and nothing that came to nothing', async () => {
      const old = await newRegistration();
      const first = await newRegistration(old, LATE);
      const second = await newRegistration(old, LATE + 1);
      expect((await amendmentsOf(database, [old, first])).get(old)).toBe(second);
      await changeState(database, { id: second, from: 'submitted', to: 'rejected', at: LATE });
      expect((await amendmentsOf(database, [old])).get(old)).toBe(first);
      expect(await amendmentsOf(database, [])).toEqual(new Map());
    });

    it('keeps documents with their keys, and forgets both', async () => {
      const id = await newRegistration();
      expect(await keepDocumentKey(database, id, 'first')).toBe('first');
      expect(await keepDocumentKey(database, id, 'second')).toBe('first');
      const documents = Array.from({ length: 2 }, (_, index) => ({
        ...{ id: randomUUID(), registration: id, kind: 'letter', content_type: 'application/pdf' as const },
        ...{ size: 5 * 1024 * 1024, sha256: 's'.repeat(43), file: randomUUID(), wrapped_key: 'k' },
        added_at: LATE + index,
      }));
      const [one, two] = documents;
      if (one === undefined || two === undefined) throw new Error('there are two');
      for (const document of documents) await insertDocument(database, document);
      expect(await documentsOf(database, id)).toEqual(documents);
      expect(await knownFiles(database, [one.file, 'none'])).toEqual(new Set([one.file]));
      await deleteDocument(database, one.id);
      expect(await documentsOf(database, id)).toEqual([two]);
      await deleteDocuments(database, id);
      expect(await documentsOf(database, id)).toEqual([]);
      expect(await findDocumentKey(database, id)).toBeUndefined();
    });

    it('follows a certificate through its life, and nothing back from revoked', async () => {
      const registration = await newRegistration();
      const certificate = (issuedAt: number) => ({
        ...{ jti: randomUUID(), registration, device: 'd'.repeat(43) },
        ...{ statusIndex: issuedAt - LATE + 7, issuedAt, expiresAt: LATE + 10 },
      });
      const statuses = async () => (await certificatesOf(database, registration)).map(({ status }) => status);
      const [former, newest] = [certificate(LATE), certificate(LATE + 1)];
      await insertCertificate(database, former);
      await insertCertificate(database, newest);
      await markSuperseded(database, newest);
      expect(await statuses()).toEqual(['valid', 'superseded']);
      await markSuspended(database, registration);
      expect(await statuses()).toEqual(['suspended', 'superseded']);
      await markReinstated(database, registration);
      expect(await statuses()).toEqual(['valid', 'superseded']);
      await markRevoked(database, registration);
      await markSuspended(database, registration);
      await markReinstated(database, registration);
      expect(await statuses()).toEqual(['revoked', 'revoked']);
      expect((await certificatesOf(database, registration))[0]).toMatchObject({ issued_at: LATE + 1 });
    });

    it('finds whose history has grown, and by what', async () => {
      const [one, two] = [await newRegistration(), await newRegistration()];
      const record = (registration: string, at: number, action: string) =>
        inTransaction(database, (transaction) =>
          recordAudit(transaction, { registration, at, actor: 'gateway', action, content: {} }),
        );
      await record(one, LATE, 'submit');
      await record(two, LATE, 'submit');
      await record(one, LATE + 100, 'ask');
      await record(one, LATE + 101, 'answer');
      expect(await lastSequences(database, [one, two, 'none'])).toEqual(
        new Map([
          [one, 3],
          [two, 1],
        ]),
      );
      expect(await changedSince(database, { since: LATE + 100, most: 10 })).toEqual(new Map([[one, 3]]));
      expect((await changedSince(database, { since: LATE, most: 1 })).size).toBe(1);
      const after = await auditEntriesAfter(database, { registration: one, sequence: 1 });
      expect(after.map(({ action, at }) => [action, at])).toEqual([
        ['ask', LATE + 100],
        ['answer', LATE + 101],
      ]);
    });
  },
);
