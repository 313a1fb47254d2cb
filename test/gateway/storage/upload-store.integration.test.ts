import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { builtInShelf } from '#gateway/profile/profile-shelf.ts';
import { submitCase } from '#gateway/case/submit.ts';
import { beginUpload, forgetUploads, ownUpload } from '#gateway/case/upload.ts';
import { openDatabase, type Connection } from '#gateway/storage/database.ts';
import { knownFiles } from '#gateway/storage/document-store.ts';
import { insertPart, moveUpload, partsOf, uploadsOf } from '#gateway/storage/upload-store.ts';
import { inTransaction } from '#gateway/storage/transaction.ts';
import { UPLOAD_SECONDS } from '#shared/contract/gateway-contract.ts';
import { makeSigner, submissionOf, type Signer } from '../running-gateway.ts';
import { engineMissing, engines, startEngine, type Engine } from './engine.ts';

const NOW = 1_800_000_000;
const profiles = builtInShelf();

describe.each(engines.filter((name) => engineMissing(name) === undefined))('uploads on %s', (name) => {
  let engine: Engine;
  let database: Connection;
  let device: Signer;
  let id: string;

  beforeAll(() => {
    engine = startEngine(name);
  });
  afterAll(() => engine.remove());
  beforeEach(async () => {
    database = await openDatabase(engine.newDatabase());
    device = await makeSigner();
    const submission = submissionOf(device);
    id = (await submitCase(database, { profiles, submission, device: device.keyId, now: NOW })).id;
  });
  afterEach(() => database.destroy());

  const begin = (now = NOW) =>
    inTransaction(database, (connection) =>
      beginUpload(connection, {
        ...{ id, profiles, device: device.keyId, newId: randomUUID(), now },
        begin: { kind: 'letter', content_type: 'application/pdf', size: 40_000, sha256: 'A'.repeat(43) },
      }),
    );
  const withPart = async (upload: string, file: string) => {
    expect(await moveUpload(database, { id: upload, from: 0, to: 20_000 })).toBe(true);
    await insertPart(database, { upload, start: 0, file, wrapped_key: 'k' });
  };

  it('begun twice at once are one', async () => {
    const [one, other] = await Promise.all([begin(), begin()]);
    expect(other).toEqual(one);
    expect(await uploadsOf(database, id)).toHaveLength(1);
  });

  it('move on from where they are, once', async () => {
    const { id: upload } = await begin();
    const moves = [1, 2].map(() => moveUpload(database, { id: upload, from: 0, to: 20_000 }));
    expect((await Promise.all(moves)).filter((isMoved) => isMoved)).toHaveLength(1);
    expect((await begin()).received).toBe(20_000);
  });

  it('keep their files from being swept away, and give them when they are forgotten', async () => {
    const { id: upload } = await begin();
    const file = randomUUID();
    await withPart(upload, file);
    expect(await knownFiles(database, [file, randomUUID()])).toEqual(new Set([file]));
    const lasts = NOW + UPLOAD_SECONDS;
    expect(await forgetUploads(database, lasts - 1)).toEqual([]);
    expect(await forgetUploads(database, lasts)).toEqual([file]);
    expect([await uploadsOf(database, id), await partsOf(database, upload)]).toEqual([[], []]);
  });

  it('that are over are unknown before they are forgotten, and last longer when they are begun again', async () => {
    const { id: upload } = await begin();
    const own = (now: number) => ownUpload(database, { id, device: device.keyId, upload, now });
    await expect(own(NOW + UPLOAD_SECONDS)).rejects.toMatchObject({ problem: { code: 'upload_unknown' } });
    await begin(NOW + 100);
    expect((await own(NOW + UPLOAD_SECONDS)).id).toBe(upload);
  });
});
