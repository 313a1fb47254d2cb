import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backUp } from '#gateway/backup/back-up.ts';
import { noteLostCheckpoints, unpackBackup } from '#gateway/backup/restore.ts';
import { verifyAudit } from '#gateway/checkpoint/verify-audit.ts';
import { readIdentity } from '#gateway/cli/identity.ts';
import { nodePrimitives } from '#gateway/key/node-primitives.ts';
import { openDatabase } from '#gateway/storage/database.ts';
import type { RegistrationView } from '#shared/contract/gateway-contract.ts';
import { restoreKeySet } from '#shared/registration/key-set.ts';
import { certify, decide, follow, reviewerOf, submit } from '../reviewing.ts';
import { makeSigner, nowSeconds, send, startGateway, type RunningGateway } from '../running-gateway.ts';
import { postgresqlMissing, startPostgresql, type RunningPostgresql } from '../storage/postgresql.ts';

const isMissing = postgresqlMissing() !== undefined;
const home = mkdtempSync(join(tmpdir(), 'sanad-pg-backup-'));
const to = join(home, 'gateway.backup');
let postgresql: RunningPostgresql;
let url: string;
let gateway: RunningGateway;

beforeAll(async () => {
  if (isMissing) return;
  postgresql = startPostgresql();
  url = postgresql.createDatabase();
  gateway = await startGateway(undefined, url);
  await gateway.stop('SIGTERM');
  await gateway.start([], ['--checkpoint-every', '1']);
});
afterAll(async () => {
  rmSync(home, { recursive: true });
  if (isMissing) return;
  await gateway.stop('SIGTERM');
  gateway.remove();
  postgresql.stop();
  postgresql.remove();
});

describe.skipIf(isMissing)('a gateway on PostgreSQL', () => {
  it('is restored from PostgreSQL’s own backup and the gateway’s, without reviving what was revoked', async () => {
    const device = await makeSigner();
    const reviewer = reviewerOf(gateway, 'reviewer');
    const { id } = (await submit(gateway, device)).json<RegistrationView>();
    await decide(gateway, { id, device, reviewer });
    await certify(gateway, device, id);
    const { directory } = gateway;
    const identity = readIdentity(directory);

    const restored = postgresql.dumpAndRestore(url);
    const issuerSocket = join(directory, 'issuer/issuer.sock');
    await backUp({ directory, identity, to, cases: 'postgresql', issuerSocket, now: nowSeconds() });

    const checkpoint = async () => (await send(gateway, { method: 'GET', path: '/v1/checkpoint' })).text;
    const known = await checkpoint();
    await decide(gateway, { id, device, reviewer }, { action: 'revoke', note: 'x' });
    await expect.poll(checkpoint, { timeout: 20_000 }).not.toBe(known);
    const list = (await send(gateway, { method: 'GET', path: '/v1/status-list/1' })).text;
    const published = { list, checkpoint: await checkpoint() };
    await gateway.stop('SIGKILL');

    rmSync(directory, { recursive: true });
    mkdirSync(directory);
    const { concerned } = await unpackBackup({ directory, from: to, published });
    expect(concerned).toEqual([id]);
    const database = await openDatabase(restored);
    await noteLostCheckpoints(database, directory, nowSeconds());
    await database.destroy();

    await gateway.start([], [], restored);
    expect((await follow(gateway, device, id)).json()).toMatchObject({ state: 'attested' });
    expect((await certify(gateway, device, id)).problem().code).toBe('attestation_not_noted');
    await gateway.stop('SIGTERM');
    await verify(restored);
  });
});

async function verify(where: string): Promise<void> {
  const { anchor, keySet: text } = readIdentity(gateway.directory);
  const keySet = restoreKeySet({ text, anchor, primitives: nodePrimitives });
  const database = await openDatabase(where);
  try {
    const report = await verifyAudit(database, { keySet });
    expect(report).toMatchObject({ chains: 1, faults: [] });
  } finally {
    await database.destroy();
  }
}
