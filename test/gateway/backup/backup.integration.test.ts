import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { list as listArchive } from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readIdentity } from '#gateway/cli/identity.ts';
import { nodePrimitives } from '#gateway/key/node-primitives.ts';
import type { RegistrationView } from '#shared/contract/gateway-contract.ts';
import { restoreKeySet } from '#shared/registration/key-set.ts';
import { restoreStatusList, type VerifiedStatusList } from '#shared/registration/status-list.ts';
import { readClaims } from '#client/registration/read-certificate.ts';
import { certify, decide, follow, reviewerOf, submit } from '../reviewing.ts';
import { makeSigner, run, send, startGateway, type RunningGateway, type Signer } from '../running-gateway.ts';

const home = mkdtempSync(join(tmpdir(), 'sanad-backup-'));
const backup = join(home, 'gateway.backup');
const publishedList = join(home, 'status-list.jwt');
const publishedCheckpoint = join(home, 'checkpoint.jwt');
let gateway: RunningGateway;
let device: Signer;
let reviewer: Signer;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.stop('SIGTERM');
  await gateway.start([], ['--checkpoint-every', '1']);
  device = await makeSigner();
  reviewer = reviewerOf(gateway, 'reviewer');
});
afterAll(async () => {
  await gateway.stop('SIGTERM');
  gateway.remove();
  rmSync(home, { recursive: true });
});

const newCase = async () => (await submit(gateway, device)).json<RegistrationView>().id;
const act = (id: string) => ({ id, device, reviewer });
const revoke = (id: string) => decide(gateway, act(id), { action: 'revoke', note: 'x' });
const get = async (path: string) => (await send(gateway, { method: 'GET', path })).text;
const restore = (...words: readonly string[]) =>
  run('restore', '--dir', gateway.directory, '--from', backup, ...words);

async function attested(): Promise<{
  readonly id: string;
  readonly index: number;
  readonly certificate: string;
}> {
  const id = await newCase();
  expect((await decide(gateway, act(id))).status).toBe(200);
  const { certificate } = (await certify(gateway, device, id)).json<{ certificate: string }>();
  return { id, certificate, index: readClaims(certificate)?.status.status_list.idx ?? -1 };
}

function read(list: string): VerifiedStatusList {
  const { anchor, keySet: text } = readIdentity(gateway.directory);
  const keySet = restoreKeySet({ text, anchor, primitives: nodePrimitives });
  return restoreStatusList({ text: list, keySet, primitives: nodePrimitives });
}

type Attested = Awaited<ReturnType<typeof attested>>;
let before: {
  readonly kept: Attested;
  readonly suspended: Attested;
  readonly revokedLater: Attested;
  /** Attested; the first certificate is fetched after the backup, and revoked. */
  readonly unfetched: string;
  readonly open: string;
};
let after: Attested;
let acknowledged: string[];

describe('a backup of a running gateway', () => {
  it('is made under load, and holds every case that was answered before it began', async () => {
    before = {
      ...{ kept: await attested(), suspended: await attested(), revokedLater: await attested() },
      ...{ unfetched: await newCase(), open: await newCase() },
    };
    expect((await decide(gateway, act(before.suspended.id), { action: 'suspend', note: 'x' })).status).toBe(
      200,
    );
    expect((await decide(gateway, act(before.unfetched))).status).toBe(200);
    const { kept, suspended, revokedLater, unfetched, open } = before;
    acknowledged = [kept.id, suspended.id, revokedLater.id, unfetched, open];
    const load = new AbortController();
    const loading = (async () => {
      while (!load.signal.aborted) await newCase();
    })();
    const { code, stdout } = await run('backup', '--dir', gateway.directory, '--to', backup);
    load.abort();
    await loading;
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('encrypt it') as unknown,
    });
  });

  it('is for its owner alone, and holds neither the root key nor the reviewers’', async () => {
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    const names: string[] = [];
    await listArchive({ file: backup, onReadEntry: ({ path }) => void names.push(path) });
    expect(names).toEqual(expect.arrayContaining(['issuer/certificate.key.json', 'storage/gateway.db']));
    expect(names).toContain('profile/pk-pta@1.jwt');
    expect(names.filter((name) => /offline|reviewer|profile-signer|sock/.test(name))).toEqual([]);
    expect(
      readdirSync(join(gateway.directory, 'storage')).filter((name) => name.startsWith('.backup')),
    ).toEqual([]);
  });

  it('is not written over another file', async () => {
    const again = await run('backup', '--dir', gateway.directory, '--to', backup);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('backup_exists') as unknown });
  });
});

describe('restored, after more has happened', () => {
  it('is not without being told what was published since', async () => {
    const published = await get('/v1/checkpoint');
    expect((await revoke(before.revokedLater.id)).status).toBe(200);
    after = await attested();
    expect((await revoke(after.id)).status).toBe(200);
    expect((await certify(gateway, device, before.unfetched)).status).toBe(200);
    expect((await revoke(before.unfetched)).status).toBe(200);
    await expect.poll(() => get('/v1/checkpoint'), { timeout: 20_000 }).not.toBe(published);
    writeFileSync(publishedList, await get('/v1/status-list/1'));
    writeFileSync(publishedCheckpoint, await get('/v1/checkpoint'));
    await gateway.stop('SIGKILL');
    rmSync(gateway.directory, { recursive: true });
    expect((await restore()).stderr).toContain('published_list_needed');
  });

  it('is not from something else, of which nothing is left behind', async () => {
    const other = join(home, 'other');
    writeFileSync(other, 'x'.repeat(2000));
    const wrong = await run(
      'restore',
      '--dir',
      gateway.directory,
      '--from',
      other,
      '--without-published-list',
    );
    expect(wrong.code).not.toBe(0);
    writeFileSync(other, readFileSync(publishedList, 'utf8').replace(/.$/, 'x'));
    expect((await restore('--published-list', other)).code).not.toBe(0);
    expect(existsSync(gateway.directory) ? readdirSync(gateway.directory) : []).toEqual([]);
  });

  it('names what was revoked since', async () => {
    const words = ['--published-list', publishedList, '--published-checkpoint', publishedCheckpoint];
    const restored = await restore(...words);
    expect(restored).toMatchObject({ code: 0, stderr: '' });
    for (const id of [before.revokedLater.id, before.unfetched]) expect(restored.stdout).toContain(id);
    for (const { id } of [before.kept, before.suspended]) expect(restored.stdout).not.toContain(id);
    const mode = (name: string) => statSync(join(gateway.directory, name)).mode & 0o777;
    expect(mode('issuer')).toBe(0o700);
    for (const name of ['issuer/status.key.json', 'issuer/issuer.db', 'storage/gateway.db'])
      expect(mode(name)).toBe(0o600);
  });

  it('nothing that was revoked is valid again, and the list is newer than any that was published', async () => {
    await gateway.start([], ['--checkpoint-every', '1']);
    const [old, list] = [read(readFileSync(publishedList, 'utf8')), read(await get('/v1/status-list/1'))];
    expect(list.issuedAt).toBeGreaterThan(old.issuedAt);
    expect([before.kept, before.revokedLater, after].map(({ index }) => list.statusAt(index))).toEqual([
      0, 1, 1,
    ]);
    for (let index = 0; old.statusAt(index) !== undefined; index++) {
      if (old.statusAt(index) !== 0) expect(list.statusAt(index)).toBe(old.statusAt(index));
    }
  });

  it('what was revoked since gets no new certificate, and what was valid keeps its own', async () => {
    for (const id of [before.revokedLater.id, before.unfetched]) {
      expect((await certify(gateway, device, id)).problem().code).toBe('attestation_not_noted');
    }
    const kept = await certify(gateway, device, before.kept.id);
    expect(kept.json()).toMatchObject({ certificate: before.kept.certificate });
    expect((await follow(gateway, device, after.id)).problem().code).toBe('registration_unknown');
  });

  it('every case of before is there and goes on', async () => {
    for (const id of acknowledged) expect((await follow(gateway, device, id)).status).toBe(200);
    expect((await decide(gateway, act(before.open))).status).toBe(200);
    expect((await certify(gateway, device, before.open)).status).toBe(200);
    // The decision that was lost with the disk can be repeated, by a reviewer who kept the key.
    expect((await revoke(before.revokedLater.id)).status).toBe(200);
  });

  it('every history verifies, under a checkpoint that comes after the published one', async () => {
    const number = (text: string): number =>
      (JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString()) as { number: number })
        .number;
    const published = number(readFileSync(publishedCheckpoint, 'utf8'));
    await expect
      .poll(async () => number(await get('/v1/checkpoint')), { timeout: 20_000 })
      .toBeGreaterThan(published);
    const verify = (...words: readonly string[]) =>
      run('audit', 'verify', '--dir', gateway.directory, ...words);
    expect(await verify()).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Everything verifies') as unknown,
    });
    // And it is not hidden that the histories under the published one were lost.
    const lost = await verify('--json', '--checkpoint', publishedCheckpoint);
    expect(lost.code).toBe(5);
    expect(JSON.parse(lost.stdout)).toMatchObject({
      audit: { faults: [{ fault: 'published_checkpoint_unknown' }] },
    });
  });
});
