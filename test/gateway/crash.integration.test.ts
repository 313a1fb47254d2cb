import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RegistrationView } from '#shared/contract/gateway-contract.ts';
import { makeSigner, send, startGateway, submissionOf } from './running-gateway.ts';
import type { RunningGateway, Signer, TestAnswer } from './running-gateway.ts';

let gateway: RunningGateway;
let device: Signer;

beforeAll(async () => {
  gateway = await startGateway();
  device = await makeSigner();
});
afterAll(async () => {
  await gateway.stop('SIGTERM');
  gateway.remove();
});

const submit = (): Promise<TestAnswer> =>
  send(gateway, { method: 'POST', path: '/v1/registration', body: submissionOf(device), signer: device });
const follow = (id: string): Promise<TestAnswer> =>
  send(gateway, { method: 'GET', path: `/v1/registration/${id}`, signer: device });

describe('kill -9 of the gateway', () => {
  it('loses no case that was accepted, in the middle of many', async () => {
    const accepted: string[] = [];
    let isKilled = false;
    const flood = Array.from({ length: 60 }, async () => {
      // Those the kill catches on their way are not accepted: they end with a connection error.
      const answer = await submit().catch(() => undefined);
      if (answer?.status === 200) accepted.push(answer.json<RegistrationView>().id);
      if (accepted.length < 20 || isKilled) return;
      isKilled = true;
      await gateway.stop('SIGKILL');
    });
    await Promise.all(flood);
    expect(accepted.length).toBeGreaterThanOrEqual(20);
    await gateway.start();
    for (const id of accepted) expect((await follow(id)).json()).toMatchObject({ id, state: 'submitted' });
  });

  it('loses no attestation, revocation or published list', async () => {
    const { id } = (await submit()).json<RegistrationView>();
    await gateway.review('attest', id, '--authority', 'pk-pta');
    const path = `/v1/registration/${id}/certificate`;
    const issued = await send(gateway, { method: 'POST', path, body: {}, signer: device });
    expect(issued.status).toBe(200);
    await gateway.review('revoke', id, '--note', 'withdrawn');
    const before = await send(gateway, { method: 'GET', path: '/v1/status-list/1' });
    await gateway.stop('SIGKILL');
    await gateway.start();
    expect((await follow(id)).json()).toMatchObject({ state: 'revoked' });
    expect((await send(gateway, { method: 'GET', path: '/v1/status-list/1' })).text).toBe(before.text);
  });

  it('leaves no issuer behind', async () => {
    const issuers = (): string =>
      execFileSync('ps', ['-eo', 'args'])
        .toString()
        .split('\n')
        .filter((line) => line.includes(`${gateway.directory}/issuer`))
        .join('\n');
    expect(issuers()).not.toBe('');
    await gateway.stop('SIGKILL');
    await expect.poll(issuers, { timeout: 10_000 }).toBe('');
    await gateway.start();
  });
});

describe('SIGTERM', () => {
  it('ends gateway and issuer in order', async () => {
    expect(await gateway.stop('SIGTERM')).toBe(0);
    await gateway.start();
  });
});
