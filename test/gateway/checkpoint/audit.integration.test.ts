import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { recordAudit } from '#gateway/case/audit-log.ts';
import { readCheckpoint } from '#gateway/checkpoint/checkpoint.ts';
import { makeCheckpoint } from '#gateway/checkpoint/make-checkpoint.ts';
import { verifyAudit } from '#gateway/checkpoint/verify-audit.ts';
import { auditLines } from '#gateway/cli/audit.ts';
import { readIdentity } from '#gateway/cli/identity.ts';
import { initGateway } from '#gateway/cli/init.ts';
import { CheckpointSigner } from '#gateway/issuer/checkpoint-signer.ts';
import type { IssuerPort } from '#gateway/issuer/client.ts';
import { issuerError } from '#gateway/issuer/problem.ts';
import { IssuerStore } from '#gateway/issuer/store.ts';
import { readKeyFile } from '#gateway/key/key-file.ts';
import { nodePrimitives } from '#gateway/key/node-primitives.ts';
import { signJws } from '#gateway/key/sign-jws.ts';
import { lastSignedCheckpoint } from '#gateway/storage/checkpoint-store.ts';
import { openDatabase, type Connection } from '#gateway/storage/database.ts';
import { inTransaction } from '#gateway/storage/transaction.ts';
import { restoreKeySet, type VerifiedKeySet } from '#shared/registration/key-set.ts';
import { engineMissing, engines, startEngine, type Engine } from '../storage/engine.ts';

const ORIGIN = 'https://gateway.example';
const NOW = 1_800_000_000;

const home = mkdtempSync(join(tmpdir(), 'sanad-audit-'));
const directory = join(home, 'g');
let keySet: VerifiedKeySet;

beforeAll(async () => {
  await initGateway({
    ...{ dir: directory, origin: ORIGIN, name: 'test', legalName: 'x', contact: 'x', retention: 'x' },
    ...{ reviewer: ['reviewer'], now: NOW },
  });
  const { anchor, keySet: text } = readIdentity(directory);
  keySet = restoreKeySet({ text, anchor, primitives: nodePrimitives });
});
afterAll(() => {
  rmSync(home, { recursive: true });
});

const statusKey = () => readKeyFile(join(directory, 'issuer/status.key.json'));

describe.each(engines.filter((name) => engineMissing(name) === undefined))('histories on %s', (name) => {
  let engine: Engine;
  let database: Connection;
  let store: IssuerStore;
  let issuer: IssuerPort;

  beforeAll(() => {
    engine = startEngine(name);
  });
  afterAll(() => {
    engine.remove();
  });
  beforeEach(async () => {
    database = await openDatabase(engine.newDatabase());
    store = new IssuerStore(join(home, `${randomUUID()}.db`));
    issuer = portOf(store);
    for (const registration of ['a', 'b', 'c']) {
      for (let entry = 0; entry < 3; entry++) await append(registration);
    }
    await makeCheckpoint(database, { issuer, now: NOW });
  });
  afterEach(async () => {
    await database.destroy();
    store.close();
  });

  const append = (registration: string) =>
    inTransaction(database, (transaction) =>
      recordAudit(transaction, {
        registration,
        at: NOW,
        actor: 'reviewer:x',
        action: 'x',
        content: { x: 1 },
      }),
    );
  const verify = (published?: string) =>
    verifyAudit(database, { keySet, ...(published === undefined ? {} : { published }) });
  const faultsOf = async (published?: string) => (await verify(published)).faults.map(({ fault }) => fault);

  it('verify against a checkpoint that anybody can verify, and that names nobody', async () => {
    const report = await verify();
    expect(report).toMatchObject({ chains: 3, entries: 9, withoutContent: 0, faults: [] });
    const text = (await lastSignedCheckpoint(database)) ?? '';
    expect(readCheckpoint(text, keySet)).toMatchObject({ iss: ORIGIN, number: 1 });
    expect(Object.keys(readCheckpoint(text, keySet) ?? {}).toSorted()).toEqual(
      ['iat', 'iss', 'number', 'previous', 'root', 'ver'].toSorted(),
    );
  });

  it('that have grown since still fit it, and the next one follows', async () => {
    await append('a');
    await append('new');
    expect(await faultsOf()).toEqual([]);
    await makeCheckpoint(database, { issuer, now: NOW + 300 });
    expect(await verify()).toMatchObject({ checkpoint: { number: 2 }, faults: [] });
  });

  it('that have not grown get none', async () => {
    await makeCheckpoint(database, { issuer, now: NOW + 300 });
    expect(await verify()).toMatchObject({ checkpoint: { number: 1, at: NOW } });
  });

  it('whose end is cut off are found, which their own hashes do not show', async () => {
    for (const table of ['audit_content', 'audit_entry'] as const) {
      await database.deleteFrom(table).where('registration', '=', 'b').where('sequence', '=', 3).execute();
    }
    expect((await verify()).faults).toEqual([{ fault: 'head_missing', registration: 'b', sequence: 3 }]);
    // A later checkpoint does not hide it.
    await append('a');
    await makeCheckpoint(database, { issuer, now: NOW + 300 });
    expect(await faultsOf()).toEqual(['head_missing']);
  });

  it('of which one is gone altogether are found, head and all', async () => {
    for (const table of ['audit_content', 'audit_entry', 'checkpoint_head'] as const) {
      await database.deleteFrom(table).where('registration', '=', 'b').execute();
    }
    expect(await faultsOf()).toEqual(['checkpoint_root_differs']);
  });

  it('of which one was written anew, consistently, are found', async () => {
    for (const table of ['audit_content', 'audit_entry'] as const) {
      await database.deleteFrom(table).where('registration', '=', 'b').execute();
    }
    for (let entry = 0; entry < 3; entry++) await append('b');
    expect(await faultsOf()).toEqual(['head_differs']);
    const [head] = await database
      .selectFrom('audit_entry')
      .select('hash')
      .where('registration', '=', 'b')
      .where('sequence', '=', 3)
      .execute();
    await database
      .updateTable('checkpoint_head')
      .set({ hash: head?.hash ?? '' })
      .where('registration', '=', 'b')
      .execute();
    expect(await faultsOf()).toEqual(['checkpoint_root_differs']);
  });

  it('in which one entry was changed are found', async () => {
    await database
      .updateTable('audit_entry')
      .set({ actor: 'reviewer:y' })
      .where('registration', '=', 'c')
      .where('sequence', '=', 2)
      .execute();
    expect((await verify()).faults).toEqual([{ fault: 'hash_differs', registration: 'c', sequence: 2 }]);
  });

  it('whose content was deleted verify', async () => {
    await database.deleteFrom('audit_content').where('registration', '=', 'a').execute();
    expect(await verify()).toMatchObject({ withoutContent: 3, faults: [] });
  });

  it('under a checkpoint signed by somebody else, or of another kind, do not verify', async () => {
    const claims = {
      ver: 1,
      iss: ORIGIN,
      iat: NOW,
      number: 1,
      root: 'a'.repeat(64),
      previous: '0'.repeat(64),
    };
    const certificateKey = readKeyFile(join(directory, 'issuer/certificate.key.json'));
    const forged = [
      await signJws({ typ: 'sanad-checkpoint+jwt', claims, key: certificateKey }),
      await signJws({ typ: 'statuslist+jwt', claims, key: statusKey() }),
      await signJws({
        typ: 'sanad-checkpoint+jwt',
        claims: { ...claims, iss: 'https://x.example' },
        key: statusKey(),
      }),
      await signJws({ typ: 'sanad-checkpoint+jwt', claims: { ...claims, more: 1 }, key: statusKey() }),
      'a.b.c',
    ];
    for (const text of forged) {
      expect(readCheckpoint(text, keySet)).toBeUndefined();
      await database.updateTable('checkpoint').set({ text }).execute();
      expect(await faultsOf()).toEqual(['checkpoint_signature_invalid']);
    }
  });

  it('of an older database do not fit what was published since', async () => {
    await append('a');
    const elsewhere = new CheckpointSigner({
      configuration: { origin: ORIGIN },
      statusKey: statusKey(),
      store,
      now: () => NOW,
    });
    const { checkpoint: later } = await elsewhere.sign({ number: 2, root: 'd'.repeat(64) });
    expect(await faultsOf(later)).toEqual(['published_checkpoint_unknown']);
    // And the issuer does not sign another one in its place.
    await expect(makeCheckpoint(database, { issuer, now: NOW })).rejects.toThrow('checkpoint_behind');
  });

  it('are under a checkpoint that was published, byte for byte', async () => {
    const published = (await lastSignedCheckpoint(database)) ?? '';
    expect(await faultsOf(published)).toEqual([]);
    const claims = { ...readCheckpoint(published, keySet), iat: NOW + 9 };
    const other = await signJws({ typ: 'sanad-checkpoint+jwt', claims, key: statusKey() });
    expect(await faultsOf(other)).toEqual(['published_checkpoint_differs']);
  });

  it('get the checkpoint that a crash kept from being signed, or from being noted', async () => {
    await append('a');
    const dead: IssuerPort = { ask: () => Promise.reject(issuerError('issuer_unavailable')) };
    await expect(makeCheckpoint(database, { issuer: dead, now: NOW })).rejects.toThrow('issuer_unavailable');
    const losing: IssuerPort = {
      ask: async (method, parameters) => {
        await issuer.ask(method, parameters);
        throw issuerError('issuer_unavailable');
      },
    };
    await append('b');
    await expect(makeCheckpoint(database, { issuer: losing, now: NOW })).rejects.toThrow(
      'issuer_unavailable',
    );
    await makeCheckpoint(database, { issuer, now: NOW });
    expect(await verify()).toMatchObject({ checkpoint: { number: 2 }, faults: [] });
    await makeCheckpoint(database, { issuer, now: NOW });
    expect(await verify()).toMatchObject({ checkpoint: { number: 3 }, faults: [] });
  });

  it('verify while the issuer is away, and it is said that the next checkpoint is not signed', async () => {
    await append('a');
    const dead: IssuerPort = { ask: () => Promise.reject(issuerError('issuer_unavailable')) };
    await expect(makeCheckpoint(database, { issuer: dead, now: NOW })).rejects.toThrow('issuer_unavailable');
    const away = await verify();
    expect(away).toMatchObject({ checkpoint: { number: 1 }, unsigned: { number: 2 }, faults: [] });
    expect(auditLines(away).join('\n')).toContain('Checkpoint 2 is not signed yet');
    await database
      .updateTable('checkpoint')
      .set({ root: 'a'.repeat(64) })
      .where('number', '=', 1)
      .execute();
    expect(await faultsOf()).toEqual(['checkpoint_root_differs']);
  });

  it('are found tampered with while the issuer is away, too', async () => {
    await append('a');
    const dead: IssuerPort = { ask: () => Promise.reject(issuerError('issuer_unavailable')) };
    await expect(makeCheckpoint(database, { issuer: dead, now: NOW })).rejects.toThrow('issuer_unavailable');
    for (const table of ['audit_content', 'audit_entry', 'checkpoint_head'] as const) {
      await database.deleteFrom(table).where('registration', '=', 'b').execute();
    }
    expect(await faultsOf()).toEqual(['checkpoint_root_differs']);
    await makeCheckpoint(database, { issuer, now: NOW });
    expect(await verify()).not.toHaveProperty('unsigned');
    expect(await faultsOf()).toEqual(['checkpoint_root_differs']);
  });

  it('get one next checkpoint from several front ends at once', async () => {
    await append('a');
    await Promise.all(Array.from({ length: 6 }, () => makeCheckpoint(database, { issuer, now: NOW })));
    expect(await verify()).toMatchObject({ checkpoint: { number: 2 }, faults: [] });
  });
});

/** The issuer's own signer, without the socket between. */
function portOf(store: IssuerStore): IssuerPort {
  const signer = new CheckpointSigner({
    configuration: { origin: ORIGIN },
    statusKey: statusKey(),
    store,
    now: () => NOW,
  });
  const ask = (_method: string, parameters: unknown) =>
    signer.sign(parameters as { readonly number: number; readonly root: string });
  return { ask } as IssuerPort;
}
