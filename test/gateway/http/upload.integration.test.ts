import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { caseError } from '#gateway/case/problem.ts';
import { submitCase } from '#gateway/case/submit.ts';
import { createMasterKey, readMasterKey } from '#gateway/evidence/master-key.ts';
import { DocumentVault } from '#gateway/evidence/vault.ts';
import type { Commit } from '#gateway/http/commit.ts';
import type { Services } from '#gateway/http/services.ts';
import { Uploads } from '#gateway/http/upload.ts';
import { builtInShelf } from '#gateway/profile/profile-shelf.ts';
import { openDatabase, type Connection } from '#gateway/storage/database.ts';
import { documentsOf } from '#gateway/storage/document-store.ts';
import { storageError } from '#gateway/storage/problem.ts';
import { inTransaction } from '#gateway/storage/transaction.ts';
import { pdfOf } from '../reviewing.ts';
import { makeSigner, submissionOf, type Signer } from '../running-gateway.ts';

const NOW = 1_800_000_000;
const profiles = builtInShelf();

let home: string;
let database: Connection;
let vault: DocumentVault;
let device: Signer;
let id: string;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'sanad-upload-'));
  createMasterKey(join(home, 'key'));
  const directory = mkdtempSync(join(home, 'document-'));
  vault = new DocumentVault({ directory, masterKey: readMasterKey(join(home, 'key')) });
  database = await openDatabase(join(home, 'gateway.db'));
  device = await makeSigner();
  const submission = submissionOf(device);
  id = (await submitCase(database, { profiles, submission, device: device.keyId, now: NOW })).id;
});
afterEach(async () => {
  await database.destroy();
  rmSync(home, { recursive: true });
});

type Change = (connection: Connection) => Promise<unknown>;

/** Sends a document to a gateway whose transactions end like this. */
function upload(end: (change: Change) => Promise<unknown>): Promise<unknown> {
  const content = pdfOf();
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the four of them that it uses
  const uploads = new Uploads({ database, vault, profiles, now: () => NOW } as Services);
  return uploads.take({
    ...{ id, kind: 'letter', signer: device.keyId, commit: end as Commit },
    ...{ contentType: 'application/pdf', contentLength: String(content.length) },
    contentDigest: `sha-256=:${createHash('sha256').update(content).digest('base64')}:`,
    content: Readable.from([content]),
  });
}

async function openedDocuments(): Promise<number> {
  const found = await documentsOf(database, id);
  const key = await database.selectFrom('document_key').select('wrapped').executeTakeFirst();
  const read = await Promise.all(
    found.map(({ id: document, file, wrapped_key: wrappedKey }) =>
      vault.read({ registration: id, document, registrationKey: key?.wrapped ?? '', file, wrappedKey }),
    ),
  );
  return read.filter((bytes) => bytes?.equals(pdfOf())).length;
}
const files = () =>
  readdirSync(home, { recursive: true }).filter((name) => /document-.*\/./.test(String(name)));

describe('the file of a document', () => {
  it('stays where the database made the change and went away before it could say so', async () => {
    const lost = upload(async (change) => {
      await inTransaction(database, change);
      throw storageError('storage_unavailable');
    });
    await expect(lost).rejects.toMatchObject({ problem: { code: 'storage_unavailable' } });
    expect(await openedDocuments()).toBe(1);
  });

  it('goes where the change was refused', async () => {
    const refused = upload(() => Promise.reject(caseError('state_conflict')));
    await expect(refused).rejects.toMatchObject({ problem: { code: 'state_conflict' } });
    expect(files()).toEqual([]);
  });
});
