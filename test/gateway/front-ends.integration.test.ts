import { randomBytes, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RegistrationView } from '#shared/contract/gateway-contract.ts';
import { EventListener } from './event-listener.ts';
import { certify, decide, follow, reviewerOf, submit } from './reviewing.ts';
import {
  makeSigner,
  send,
  signedFields,
  startFrontEnd,
  startGateway,
  submissionOf,
} from './running-gateway.ts';
import type { RunningGateway, Signer, TestAnswer } from './running-gateway.ts';
import { postgresqlMissing, startPostgresql, type RunningPostgresql } from './storage/postgresql.ts';

let server: RunningPostgresql;
let first: RunningGateway;
let frontEnd: Awaited<ReturnType<typeof startFrontEnd>>;
/** As the helpers see a gateway: everything but the port is the first one's. */
let second: RunningGateway;
let device: Signer;
let reviewer: Signer;
let otherReviewer: Signer;

const isMissing = postgresqlMissing() !== undefined;

beforeAll(async () => {
  if (isMissing) return;
  server = startPostgresql();
  const url = server.createDatabase();
  first = await startGateway(undefined, url);
  frontEnd = await startFrontEnd(first, url);
  second = { ...first, port: frontEnd.port };
  device = await makeSigner();
  [reviewer, otherReviewer] = [reviewerOf(first, 'reviewer'), reviewerOf(first, 'second')];
});
afterAll(async () => {
  if (isMissing) return;
  await frontEnd.kill('SIGTERM');
  await first.stop('SIGTERM');
  first.remove();
  server.stop();
  server.remove();
});

const idOf = (answer: TestAnswer): string => answer.json<RegistrationView>().id;
const statuses = (answers: readonly TestAnswer[]) =>
  answers.map(({ status }) => status).toSorted((a, b) => a - b);
const post = (gateway: RunningGateway, more: object) =>
  send(gateway, {
    ...{ method: 'POST', path: '/v1/registration', body: submissionOf(device), signer: device },
    ...more,
  });

describe.skipIf(isMissing)('two front ends on one PostgreSQL', () => {
  it('know each other’s cases', async () => {
    const id = idOf(await submit(first, device));
    expect((await follow(second, device, id)).json()).toMatchObject({ id, state: 'submitted' });
    expect((await decide(second, { id, device, reviewer })).status).toBe(200);
    expect((await certify(first, device, id)).status).toBe(200);
  });

  it('take one nonce once, wherever it is shown first', async () => {
    for (let round = 0; round < 3; round++) {
      const nonce = randomBytes(16).toString('base64url');
      const answers = await Promise.all(
        [first, second, first, second].map((gateway) =>
          post(gateway, { nonce, idempotencyKey: randomUUID() }),
        ),
      );
      expect(statuses(answers)).toEqual([200, 401, 401, 401]);
      expect((await post(second, { nonce })).problem().code).toBe('nonce_replayed');
    }
  });

  it('let one key have four streams of events, though many ask at once and leave again', async () => {
    const own = await makeSigner();
    const path = `/v1/registration/${idOf(await submit(first, own))}/event`;
    const open = async () => await EventListener.open(first, { path, signer: own });
    const asked = await Promise.all(Array.from({ length: 12 }, open));
    const codes = asked.map(({ response }) => response.statusCode);
    expect(codes.filter((code) => code === 200)).toHaveLength(4);
    expect(codes.filter((code) => code === 429)).toHaveLength(8);
    for (const listener of asked) listener.close();
    const again = async () => {
      const listener = await open();
      listener.close();
      return listener.response.statusCode;
    };
    await expect.poll(again, { timeout: 20_000, interval: 250 }).toBe(200);
    // Gone before the answer.
    for (let count = 0; count < 8; count++) {
      const fields = signedFields(first, { method: 'GET', path, signer: own }, undefined);
      const sent = httpRequest({ host: '127.0.0.1', port: first.port, path, headers: fields, agent: false });
      sent.on('error', () => undefined);
      sent.end(() => setImmediate(() => sent.destroy()));
    }
    await expect.poll(again, { timeout: 20_000, interval: 250 }).toBe(200);
    expect(first.hasEnded()).toBe(false);
  });

  it('make one case of one Idempotency-Key, also when both get it at once', async () => {
    for (let round = 0; round < 3; round++) {
      const idempotencyKey = randomUUID();
      const answers = await Promise.all(
        [first, second, first, second].map((gateway) => post(gateway, { idempotencyKey })),
      );
      expect(statuses(answers)).toEqual([200, 200, 200, 200]);
      expect(new Set(answers.map(idOf)).size).toBe(1);
    }
  });

  it('take one of two contrary decisions, and tell the other', async () => {
    for (let round = 0; round < 4; round++) {
      const id = idOf(await submit(first, device));
      const answers = await Promise.all([
        decide(first, { id, device, reviewer }),
        decide(second, { id, device, reviewer: otherReviewer }, { action: 'reject', note: 'no' }),
      ]);
      expect(statuses(answers)).toEqual([200, 409]);
      const { state } = (await follow(second, device, id)).json<RegistrationView>();
      const isAttested = answers[0]?.status === 200;
      expect(state).toBe(isAttested ? 'attested' : 'rejected');
      expect((await certify(second, device, id)).status).toBe(isAttested ? 200 : 409);
    }
  });

  it('both publish what one had revoked', async () => {
    const id = idOf(await submit(first, device));
    await decide(first, { id, device, reviewer });
    await certify(first, device, id);
    await decide(second, { id, device, reviewer }, { action: 'revoke', note: 'x' });
    const list = async (gateway: RunningGateway) =>
      (await send(gateway, { method: 'GET', path: '/v1/status-list/1' })).text;
    const current = await list(second);
    await expect.poll(() => list(first), { timeout: 30_000, interval: 200 }).toBe(current);
  });

  it('go on when one of them is killed in the middle of its work', async () => {
    const flood = Array.from({ length: 20 }, () => submit(second, device).catch(() => undefined));
    await frontEnd.kill('SIGKILL');
    for (const answer of await Promise.all(flood)) {
      if (answer?.status === 200) expect((await follow(first, device, idOf(answer))).status).toBe(200);
    }
    expect((await submit(first, device)).status).toBe(200);
  });
});

describe.skipIf(isMissing)('a gateway whose PostgreSQL is away', () => {
  it('says so, and works again when it is back', async () => {
    const id = idOf(await submit(first, device));
    process.kill(server.pid(), 'SIGQUIT');
    await expect
      .poll(async () => (await submit(first, device)).problem().code, { timeout: 20_000 })
      .toBe('storage_unavailable');
    expect((await send(first, { method: 'GET', path: '/v1/status-list/1' })).status).toBe(200);
    await expect.poll(() => startAgain(), { timeout: 20_000 }).toBe(true);
    await expect.poll(async () => (await follow(first, device, id)).status, { timeout: 20_000 }).toBe(200);
  });
});

/** The old server's last processes may still hold its memory. */
function startAgain(): boolean {
  try {
    server.start();
    return true;
  } catch {
    return false;
  }
}
