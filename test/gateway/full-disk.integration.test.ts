import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RegistrationView } from '#shared/contract/gateway-contract.ts';
import { canMount } from '#test/small-disk.ts';
import { addDocument, pdfOf } from './reviewing.ts';
import { makeSigner, send, startGateway, submissionOf } from './running-gateway.ts';
import type { RunningGateway, Signer, TestAnswer } from './running-gateway.ts';

/** A small file system of the gateway's own, which nobody outside its mount namespace sees. */
const SMALL_DISK =
  'cp -a "$0" "$0.copy" && mount -t tmpfs -o size=3m tmpfs "$0" && cp -a "$0.copy/." "$0" && exec "$@"';

let gateway: RunningGateway;
let device: Signer;
let filler: string;

const submit = (): Promise<TestAnswer> =>
  send(gateway, { method: 'POST', path: '/v1/registration', body: submissionOf(device), signer: device });
const follow = (id: string): Promise<TestAnswer> =>
  send(gateway, { method: 'GET', path: `/v1/registration/${id}`, signer: device });
const certify = (id: string): Promise<TestAnswer> =>
  send(gateway, {
    ...{ method: 'POST', path: `/v1/registration/${id}/certificate` },
    ...{ body: {}, signer: device },
  });

/** To the last byte: first in large steps, then in small ones. */
function fillDisk(): void {
  for (const size of [65_536, 4096, 1]) {
    try {
      for (let count = 0; count < 4096; count++) writeFileSync(filler, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // Full for this size.
    }
  }
}

beforeAll(async () => {
  if (!canMount) return;
  gateway = await startGateway();
  await gateway.stop('SIGTERM');
  await gateway.start(['unshare', '-m', 'sh', '-c', SMALL_DISK, gateway.directory]);
  filler = join(`/proc/${gateway.pid()}/root`, gateway.directory, 'filler');
  device = await makeSigner();
});
afterAll(async () => {
  if (!canMount) return;
  await gateway.stop('SIGTERM');
  gateway.remove();
});

describe.skipIf(!canMount)('a gateway whose disk is full', () => {
  it('says so, loses nothing, and goes on when there is room again', async () => {
    const accepted: string[] = [];
    const { id } = (await submit()).json<RegistrationView>();
    const { id: toRevoke } = (await submit()).json<RegistrationView>();
    const { id: waiting } = (await submit()).json<RegistrationView>();
    for (const one of [id, toRevoke]) await gateway.review('attest', one, '--authority', 'pk-pta');
    accepted.push(id, toRevoke, waiting);
    const certificate = (await certify(toRevoke)).json<{ certificate: string }>();
    fillDisk();
    for (let round = 0; round < 12; round++) {
      const answer = await submit();
      if (answer.status === 200) accepted.push(answer.json<RegistrationView>().id);
      else expect(answer.problem()).toMatchObject({ status: 507, code: 'storage_full' });
    }
    expect((await submit()).problem().code).toBe('storage_full');
    expect((await certify(id)).problem().code).toBe('storage_full');
    const attested = await gateway.review('attest', waiting, '--authority', 'pk-pta');
    expect(JSON.parse(attested.stdout)).toMatchObject({ problem: { code: 'storage_full' } });
    const revoked = await gateway.review('revoke', toRevoke, '--note', 'withdrawn');
    expect(JSON.parse(revoked.stdout)).toMatchObject({ problem: { code: 'storage_full' } });
    expect((await send(gateway, { method: 'GET', path: '/v1/health' })).status).toBe(200);
    expect((await send(gateway, { method: 'GET', path: '/v1/status-list/1' })).status).toBe(200);

    rmSync(filler);
    for (const one of accepted) expect((await follow(one)).status).toBe(200);
    expect((await submit()).status).toBe(200);
    expect((await certify(id)).status).toBe(200);
    expect((await certify(toRevoke)).json()).toMatchObject(certificate);
    expect((await gateway.review('attest', waiting, '--authority', 'pk-pta')).code).toBe(0);
    expect((await certify(waiting)).status).toBe(200);
    expect((await gateway.review('revoke', toRevoke, '--note', 'withdrawn')).code).toBe(0);
    expect((await certify(toRevoke)).status).toBe(409);
  });

  it('takes no document any more while there is still room for cases, and leaves no half of one', async () => {
    const { id } = (await submit()).json<RegistrationView>();
    const add = (size: number) => addDocument(gateway, device, { id, content: pdfOf(size) });
    const files = () => readdirSync(join(`/proc/${gateway.pid()}/root`, gateway.directory, 'document'));
    expect((await add(1000)).status).toBe(200);
    expect((await add(3_000_000)).problem()).toMatchObject({ status: 507, code: 'storage_full' });
    expect((await submit()).status).toBe(200);
    expect((await follow(id)).json<RegistrationView>().documents).toHaveLength(1);
    expect(files()).toHaveLength(1);
  });
});
