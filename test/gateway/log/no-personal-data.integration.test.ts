import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RegistrationView } from '#shared/contract/gateway-contract.ts';
import { certify, follow } from '../reviewing.ts';
import {
  makeSigner,
  send,
  startGateway,
  submissionOf,
  type RunningGateway,
  type Signer,
} from '../running-gateway.ts';

/** In everything that a person writes, so that it is found wherever it comes out. */
const MARK = 'PERSONAL';
const marked = (what: string): string => `${MARK} ${what}`;

let gateway: RunningGateway;
let device: Signer;
let id: string;

beforeAll(async () => {
  gateway = await startGateway();
  device = await makeSigner();
});
afterAll(async () => {
  await gateway.stop('SIGTERM');
  gateway.remove();
});

const submission = () =>
  submissionOf(device, {
    fields: {
      ...{ full_name: marked('name'), cnic: '35202-8765432-1', client_name: marked('client') },
      ...{ mobile_number: '0300-7654321', purpose: marked('purpose of this work, in full') },
    },
    endpoints: [
      {
        public_key: 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=',
        ...{ host: 'personal-host.example', port: 51_820 },
      },
    ],
    consent: { text: marked('consent'), given_at: 1_790_000_000 },
  });

/** What must not stand in any line, in whatever spelling. */
const secrets = (): readonly string[] => [
  ...[
    MARK,
    MARK.toLowerCase(),
    '7654321',
    '8765432',
    'personal-host',
    'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg',
  ],
  ...[id, device.keyId, device.jwk.x, '127.0.0.1', '::1'],
];

describe('the log', () => {
  it('says nothing of a person through a case’s whole life, with everything that goes wrong in it', async () => {
    const post = (body: unknown, more: object = {}) =>
      send(gateway, { method: 'POST', path: '/v1/registration', body, signer: device, ...more });
    const submitted = await post(submission());
    expect(submitted.status).toBe(200);
    ({ id } = submitted.json<RegistrationView>());
    await follow(gateway, device, id);
    await gateway.review('attest', id, '--authority', 'pk-pta');
    await certify(gateway, device, id);
    await gateway.review('revoke', id, '--note', marked('note'));

    await post(`{"fields": "${MARK}`);
    await post({ ...submission(), profile: marked('profile') });
    await post({ ...submission(), [MARK]: MARK });
    await post({ ...submission(), category: marked('category') });
    await post(submission(), { sentBody: marked('body') });
    await post(submission(), { headers: { 'idempotency-key': marked('key') } });
    await post(submission(), { headers: { 'content-type': `text/${MARK}` } });
    await post(submission(), { headers: { signature: `sanad=:${MARK}:` } });
    await post(submission(), { headers: { host: `${MARK}.example`, cookie: MARK, 'x-forwarded-for': MARK } });
    await follow(gateway, device, randomUUID());
    const get = (path: string) => send(gateway, { method: 'GET', path });
    for (const path of [`/${MARK}`, `/v1/registration/${MARK}`, `/v1/health?name=${MARK}`, `/%${MARK}`])
      await get(path);
  });

  it('neither where a case in the database is damaged, whose parser quotes it', async () => {
    const database = new DatabaseSync(join(gateway.directory, 'storage/gateway.db'), { timeout: 5000 });
    database.prepare('UPDATE registration SET fields = ? WHERE id = ?').run(`{"x": ${MARK}`, id);
    expect((await follow(gateway, device, id)).problem().code).toBe('internal_error');
    database.prepare('UPDATE registration SET fields = ?, endpoints = ?').run('{}', `[{"host": "${MARK}"}]`);
    expect((await follow(gateway, device, id)).problem().code).toBe('internal_error');
    database.close();
  });

  it('is JSON, line by line, and none has a word of it', async () => {
    await gateway.stop('SIGTERM');
    const lines = gateway.log().trim().split('\n');
    for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
    const events = lines.map((line) => (JSON.parse(line) as { event: string }).event);
    expect(new Set(events)).toEqual(new Set(['started', 'request', 'failure', 'stopping', 'stopped']));
    for (const secret of secrets()) expect(lines.filter((line) => line.includes(secret))).toEqual([]);
  });
});
